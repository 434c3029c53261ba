package dev.godwit.audit.redaction;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Takes a key out of the trail: its salt goes with it, so that nobody can find it again from its leaf, which stays. <b>Transaction:</b> one. <b>Idempotency:</b>
 * a second time there is nothing left. <b>Runs on:</b> a worker, which it blocks.
 */
@ApplicationScoped
class Redactions {

    /** Whoever reads the trail must see first that a row was to be redacted: the trail lets nothing else be changed. */
    private static final String RECORD = """
            INSERT INTO redaction (event, position, requested_by, reason)
            SELECT o.event, o.position, ?, ?
              FROM trail_outcome o
             WHERE o.table_name = ? AND (o.key = ? OR o.new_key = ?) AND o.salt IS NOT NULL
                ON CONFLICT DO NOTHING
            """;

    private static final String REDACT = """
            UPDATE trail_outcome o
               SET key = '', new_key = NULL, detail = NULL, salt = NULL
             WHERE o.table_name = ? AND (o.key = ? OR o.new_key = ?) AND o.salt IS NOT NULL
            """;

    private final DataSource database;

    Redactions(DataSource database) {
        this.database = database;
    }

    /** How many outcomes told of this key, before or after a change. */
    int redact(String table, String key, String requestedBy, String reason) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                int recorded = record(connection, table, key, requestedBy, reason);
                int redacted = redact(connection, table, key);
                if (recorded != redacted) {
                    throw new SQLException("outcomes of the key came in meanwhile; try again", "40001");
                }
                connection.commit();
                return redacted;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private static int record(Connection connection, String table, String key, String requestedBy, String reason)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, requestedBy);
            statement.setString(2, reason);
            bind(statement, 3, table, key);
            return statement.executeUpdate();
        }
    }

    private static int redact(Connection connection, String table, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REDACT)) {
            bind(statement, 1, table, key);
            return statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, int first, String table, String key) throws SQLException {
        statement.setString(first, table);
        statement.setString(first + 1, key);
        statement.setString(first + 2, key);
    }
}
