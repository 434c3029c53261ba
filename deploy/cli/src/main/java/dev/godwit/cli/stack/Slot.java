package dev.godwit.cli.stack;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The replication slot of a connector, as the server tells.
 *
 * @param active whether somebody reads it
 * @param behind how much WAL its reader has not confirmed, for people
 */
record Slot(boolean active, String behind) {

    private static final String STATE = """
            SELECT active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn))
              FROM pg_replication_slots
             WHERE slot_name = ?
            """;

    /** Empty when there is no such slot. */
    static Optional<Slot> find(DatabaseUrl url, String name) throws SQLException {
        try (Connection connection = url.connect();
                PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                return result.next()
                        ? Optional.of(new Slot(result.getBoolean(1), result.getString(2)))
                        : Optional.empty();
            }
        }
    }

    /** Whether the slot is there and somebody reads it; false also when the server does not answer. */
    static boolean isRead(DatabaseUrl url, String name) {
        try {
            return find(url, name).filter(Slot::active).isPresent();
        } catch (SQLException unknown) {
            return false;
        }
    }
}
