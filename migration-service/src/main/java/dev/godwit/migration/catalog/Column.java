package dev.godwit.migration.catalog;

import java.util.Optional;

/**
 * A column.
 *
 * @param number {@code attnum}
 * @param type as {@code format_type} spells it when no schema but pg_catalog is on the search_path, so it can be put into SQL
 * @param baseType the same with domains resolved, length or precision kept
 * @param typeCategory of the base type: S string, N numeric, A array, U user-defined (uuid, json), …
 * @param generation SQL expression that a generated column is computed from
 * @param identity a or d for identity columns that are ALWAYS or BY DEFAULT generated, else a NUL-free blank ' '
 */
public record Column(
        int number,
        String name,
        String type,
        long typeOid,
        String baseType,
        char typeCategory,
        boolean notNull,
        boolean generatedStored,
        boolean generatedVirtual,
        Optional<String> generation,
        char identity) {

    /** {@link #identity} of a column that is no identity column. */
    public static final char NO_IDENTITY = ' ';

    /** The base type without length, precision or array bounds: {@code character varying(36)} is {@code character varying}. */
    public String bareType() {
        return baseType.replaceAll("\\([0-9, ]*\\)", "");
    }
}
