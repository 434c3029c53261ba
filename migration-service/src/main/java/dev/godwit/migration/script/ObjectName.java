package dev.godwit.migration.script;

import java.util.Optional;

/**
 * A name in a statement, as the catalog knows it.
 *
 * @param schema empty when the search path decides
 */
public record ObjectName(Optional<String> schema, String name) {

    /** For {@code to_regclass}: both parts delimited. */
    public String quoted() {
        return schema.map(part -> quote(part) + '.').orElse("") + quote(name);
    }

    private static String quote(String part) {
        return '"' + part.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return schema.map(part -> part + '.').orElse("") + name;
    }
}
