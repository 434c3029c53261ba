package dev.godwit.audit.redaction;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
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

    /**
     * A group loses the value and keeps its counts. Nothing leads back to it: its digest, by which a value could be tried, goes too, so what still arrives of the same value is another
     * group.
     */
    private static final String REDACT_GROUPS = """
            WITH gone AS (
                UPDATE run_group g
                   SET place = jsonb_set(g.place, ARRAY[(array_position(s.columns, named.name) - 1)::text], '"(redacted)"'),
                       digest = gen_random_uuid()
                  FROM run_summary s
                 CROSS JOIN (SELECT ?::text AS name, left(?, 200) AS value) AS named
                 WHERE s.run = g.run
                   AND named.name = ANY (s.columns)
                   AND g.place ->> (array_position(s.columns, named.name) - 1) = named.value
                RETURNING g.run, g.digest, named.name)
            INSERT INTO group_redaction (run, digest, column_name, requested_by, reason)
            SELECT run, digest, name, ?, ?
              FROM gone
            """;

    private final DataSource database;

    Redactions(DataSource database) {
        this.database = database;
    }

    /**
     * What was redacted.
     *
     * @param outcomes how many told of the key, before or after a change
     * @param groups how many had it as a value
     */
    record Done(int outcomes, int groups) {}

    /** @param columns by which entities are grouped, where they hold such keys */
    Done redact(String table, String key, List<String> columns, String requestedBy, String reason) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                int recorded = record(connection, table, key, requestedBy, reason);
                int redacted = redact(connection, table, key);
                if (recorded != redacted) {
                    throw new SQLException("outcomes of the key came in meanwhile; try again", "40001");
                }
                int groups = 0;
                for (String column : columns) {
                    groups += redactGroups(connection, column, key, requestedBy, reason);
                }
                connection.commit();
                return new Done(redacted, groups);
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

    private static int redactGroups(Connection connection, String column, String key, String requestedBy, String reason)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REDACT_GROUPS)) {
            statement.setString(1, column);
            statement.setString(2, key);
            statement.setString(3, requestedBy);
            statement.setString(4, reason);
            return statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, int first, String table, String key) throws SQLException {
        statement.setString(first, table);
        statement.setString(first + 1, key);
        statement.setString(first + 2, key);
    }
}
