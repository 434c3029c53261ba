package dev.godwit.migration.definition;

import java.util.List;
import java.util.stream.Stream;

/** What must be in the catalog once a schema migration is applied. */
public record Provides(
        List<TableName> tables,
        List<TableName.Member> columns,
        List<TableName> indexes,
        List<TableName.Member> constraints) {

    /** Nothing that could be looked for. */
    public static final Provides NOTHING = new Provides(List.of(), List.of(), List.of(), List.of());

    public Provides {
        tables = List.copyOf(tables);
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        constraints = List.copyOf(constraints);
    }

    public boolean isEmpty() {
        return objects().findAny().isEmpty();
    }

    /**
     * One of them.
     *
     * @param relation the table, or the index itself
     * @param member the column or constraint; empty for tables and indexes
     */
    public record Provided(String kind, TableName relation, String member) {

        /** For people. */
        @Override
        public String toString() {
            return kind + ' ' + (member.isEmpty() ? relation.toString() : new TableName.Member(relation, member));
        }
    }

    /** All of them. */
    public Stream<Provided> objects() {
        return Stream.of(
                        tables.stream().map(table -> new Provided("table", table, "")),
                        columns.stream().map(column -> new Provided("column", column.table(), column.name())),
                        indexes.stream().map(index -> new Provided("index", index, "")),
                        constraints.stream()
                                .map(constraint -> new Provided("constraint", constraint.table(), constraint.name())))
                .flatMap(objects -> objects);
    }
}
