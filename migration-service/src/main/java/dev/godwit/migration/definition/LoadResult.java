package dev.godwit.migration.definition;

import java.util.List;

/**
 * What a directory yielded.
 *
 * @param definitions those without any error of their own, parents before children, else by name
 * @param errors by file and line; empty when the directory is sound
 */
public record LoadResult(List<Definition> definitions, List<DefinitionError> errors) {

    public LoadResult {
        definitions = List.copyOf(definitions);
        errors = List.copyOf(errors);
    }
}
