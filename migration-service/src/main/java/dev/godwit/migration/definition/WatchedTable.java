package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * A table whose changes concern entities of another one.
 *
 * @param entity SQL expression over a row of the table that names the entity it belongs to; null where it belongs to none
 */
public record WatchedTable(TableName table, String entity) {

    public WatchedTable {
        Objects.requireNonNull(table);
        Objects.requireNonNull(entity);
    }
}
