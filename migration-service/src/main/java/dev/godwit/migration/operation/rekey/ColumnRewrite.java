package dev.godwit.migration.operation.rekey;

import java.util.Optional;

/**
 * One column that a batch rewrites.
 *
 * @param map which map of old to new keys applies: 0 is the root's, the others belong to the derived children in order
 * @param when condition over the row under which the column is such a reference (polymorphic references)
 */
public record ColumnRewrite(String column, Kind kind, int map, KeyType type, Optional<String> when) {

    /** The same column under this condition or the other; without one, in every row. */
    ColumnRewrite or(Optional<String> other) {
        Optional<String> either =
                when.flatMap(one -> other.map(two -> one.equals(two) ? one : "(" + one + ") OR (" + two + ")"));
        return new ColumnRewrite(column, kind, map, type, either);
    }

    /** How the column holds the key. */
    public enum Kind {
        /** The rewritten key itself. */
        KEY,
        /** One key: a foreign key, or a column that holds keys without one. */
        SCALAR,
        /** Several keys in an array; those that the batch does not move stay. */
        ARRAY
    }
}
