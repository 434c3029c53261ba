package dev.godwit.migration.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An index.
 *
 * @param deferrable whether it belongs to a deferrable constraint
 * @param columns key columns in order, INCLUDE columns left out; a null entry is an expression
 * @param method access method: btree, hash, gin, …
 * @param operatorClasses names of the operator classes, in the order of the columns
 * @param keys the key columns as SQL over the table's columns, expressions written out
 * @param predicate condition of a partial index, as SQL over the table's columns
 * @param nullsNotDistinct whether NULL equals NULL in a unique index
 */
public record Index(
        long oid,
        String name,
        boolean unique,
        boolean primary,
        boolean valid,
        boolean deferrable,
        List<String> columns,
        String method,
        List<String> operatorClasses,
        List<String> keys,
        Optional<String> predicate,
        boolean nullsNotDistinct) {

    public Index {
        columns = Collections.unmodifiableList(new ArrayList<>(columns));
        operatorClasses = List.copyOf(operatorClasses);
        keys = List.copyOf(keys);
    }

    /** Whether it covers only some of the rows. */
    public boolean partial() {
        return predicate.isPresent();
    }

    /** Whether any key column is an expression. */
    public boolean expression() {
        return columns.contains(null);
    }

    /** Whether the index can find rows by the value of this column alone, whatever they are. */
    public boolean leadsWith(String column) {
        boolean finds = method.equals("btree") || method.equals("hash");
        return valid && !partial() && finds && !columns.isEmpty() && column.equals(columns.get(0));
    }

    /** Whether the index can find rows by an element of this array column, whatever they are: a B-tree over arrays cannot. */
    public boolean findsElementsOf(String column) {
        int position = columns.indexOf(column);
        return valid
                && !partial()
                && method.equals("gin")
                && position >= 0
                && operatorClasses.get(position).equals("array_ops");
    }

    /** Whether the index makes this column unique by itself, over all rows. */
    public boolean makesUnique(String column) {
        return unique && valid && !partial() && columns.size() == 1 && column.equals(columns.get(0));
    }
}
