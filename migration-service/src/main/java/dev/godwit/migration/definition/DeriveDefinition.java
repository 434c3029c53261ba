package dev.godwit.migration.definition;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Inserts rows that are computed from the rows of another table.
 *
 * @param from the table whose rows are the entities
 * @param key column that names an entity; the primary key when the file says nothing
 * @param into the table that gets the rows
 * @param identity columns by which a row counts as being there already
 * @param rows query over {@code entity}, which is one row of {@code from}
 * @param where SQL condition that limits the entities; {@code true} when the file has none
 * @param watch tables that {@code rows} reads besides, and whose changes are followed
 */
public record DeriveDefinition(
        TableName from,
        Optional<String> key,
        TableName into,
        List<String> identity,
        String rows,
        String where,
        List<WatchedTable> watch)
        implements OperationDefinition {

    /** The section's name in a file. */
    public static final String KIND = "derive";

    public DeriveDefinition {
        Objects.requireNonNull(from);
        Objects.requireNonNull(key);
        Objects.requireNonNull(into);
        Objects.requireNonNull(rows);
        Objects.requireNonNull(where);
        identity = List.copyOf(identity);
        watch = List.copyOf(watch);
        if (identity.isEmpty()) {
            throw new IllegalArgumentException("derived rows have an identity of at least one column");
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public TableName table() {
        return from;
    }

    @Override
    public Set<TableName> tables() {
        Set<TableName> tables = new LinkedHashSet<>(List.of(from, into));
        watch.stream().map(WatchedTable::table).forEach(tables::add);
        return tables;
    }

    @Override
    public Set<TableName> rekeyedTables() {
        return Set.of();
    }

    @Override
    public <R> R byKind(Kinds<R> kinds) {
        return kinds.derive(this);
    }
}
