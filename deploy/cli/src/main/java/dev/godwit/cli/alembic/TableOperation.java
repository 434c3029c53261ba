package dev.godwit.cli.alembic;

import dev.godwit.cli.graph.Place;
import java.util.Optional;

/**
 * What a revision's {@code upgrade()} does to a table, as its text says it.
 *
 * @param renamedTo the table's new name; null for all other kinds
 */
public record TableOperation(Kind kind, TableName table, TableName renamedTo, Place place) {

    /** What is done. */
    public enum Kind {
        CREATE,
        DROP,
        RENAME,
        /** Something that needs the table to be there: a column, an index, a constraint, a foreign key to it. */
        USE
    }

    /** The table that is there afterwards and was not before; empty when it makes none. */
    public Optional<TableName> made() {
        return switch (kind) {
            case CREATE -> Optional.of(table);
            case RENAME -> Optional.of(renamedTo);
            case DROP, USE -> Optional.empty();
        };
    }
}
