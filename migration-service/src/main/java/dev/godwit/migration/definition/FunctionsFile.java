package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * Functions that expressions of a definition call, from a file beside it.
 *
 * @param name of the file
 * @param schema that they live in while runs need them: the file's name without its ending
 * @param sql the statements that create them
 */
public record FunctionsFile(String name, String schema, String sql) {
    public FunctionsFile {
        Objects.requireNonNull(name);
        Objects.requireNonNull(schema);
        Objects.requireNonNull(sql);
    }
}
