package dev.godwit.migration.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An index.
 *
 * @param deferrable whether it belongs to a deferrable constraint
 * @param columns key columns in order, INCLUDE columns left out; a null entry is an expression
 * @param expression whether any key column is an expression
 */
public record Index(
        long oid,
        String name,
        boolean unique,
        boolean primary,
        boolean valid,
        boolean partial,
        boolean deferrable,
        List<String> columns,
        boolean expression) {

    public Index {
        columns = Collections.unmodifiableList(new ArrayList<>(columns));
    }

    /** Whether the index can find rows by this column alone, whatever they are. */
    public boolean leadsWith(String column) {
        return valid && !partial && !columns.isEmpty() && column.equals(columns.get(0));
    }

    /** Whether the index makes this column unique by itself, over all rows. */
    public boolean makesUnique(String column) {
        return unique && valid && !partial && columns.size() == 1 && column.equals(columns.get(0));
    }
}
