package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import java.util.Set;

/** Types whose values can stand for each other as keys. */
enum TypeFamily {
    UUID,
    TEXT,
    INTEGER,
    JSON,
    OTHER;

    private static final Set<String> TEXT_TYPES = Set.of("text", "character varying", "character", "citext", "name");
    private static final Set<String> INTEGER_TYPES = Set.of("smallint", "integer", "bigint", "numeric");
    private static final Set<String> JSON_TYPES = Set.of("json", "jsonb");

    static TypeFamily of(Column column) {
        return ofType(column.bareType());
    }

    /** By the name that format_type gives a type, without length, with or without schema. */
    static TypeFamily ofType(String type) {
        String name = type.substring(type.lastIndexOf('.') + 1);
        if (name.equals("uuid")) {
            return UUID;
        }
        if (TEXT_TYPES.contains(name)) {
            return TEXT;
        }
        if (INTEGER_TYPES.contains(name)) {
            return INTEGER;
        }
        return JSON_TYPES.contains(name) ? JSON : OTHER;
    }
}
