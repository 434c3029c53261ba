package dev.godwit.cli.chaos;

import dev.godwit.cli.Failure;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What an ended run must not leave behind in the database. */
final class Remains {
    private static final long BACKLOG_BYTES_MAX = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final String SLOTS = """
            SELECT slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS backlog
              FROM pg_replication_slots
             WHERE slot_name = 'godwit'
            """;

    private static final String PUBLISHED =
            "SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = 'godwit' AND schemaname = 'public'";

    private static final String WORK = """
            SELECT 'chunk ' || number || ' is ' || state FROM godwit.chunk WHERE run_id = ? AND state <> 'done'
            UNION ALL
            SELECT 'pending ' || relation || ' ' || key FROM godwit.pending_key WHERE run_id = ?
            """;

    private final Stack stack;

    Remains(Stack stack) {
        this.stack = stack;
    }

    List<Check> checks(String run) throws SQLException {
        try (Connection connection = stack.migrationDatabase().connect()) {
            return List.of(slotKeepsUp(connection), nothingIsPublished(connection), nothingIsPending(connection, run));
        }
    }

    private static Check slotKeepsUp(Connection connection) throws SQLException {
        List<String> behind = new ArrayList<>();
        try {
            new Pause(PATIENCE).until(() -> {
                behind.clear();
                behind.addAll(behind(connection));
                return behind.isEmpty();
            });
        } catch (Failure stillBehind) {
            // Told below.
        }
        return new Check("the replication slot is read and keeps no WAL back", "", behind);
    }

    private static List<String> behind(Connection connection) throws SQLException {
        List<String> behind = new ArrayList<>();
        int slots = 0;
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(SLOTS)) {
            while (found.next()) {
                slots++;
                if (!found.getBoolean("active") || found.getLong("backlog") > BACKLOG_BYTES_MAX) {
                    behind.add(String.format(
                            "%s: %s, %,d bytes behind",
                            found.getString("slot_name"),
                            found.getBoolean("active") ? "read" : "not read",
                            found.getLong("backlog")));
                }
            }
        }
        if (slots == 0) {
            behind.add("there is no replication slot");
        }
        return behind;
    }

    private static Check nothingIsPublished(Connection connection) throws SQLException {
        Findings findings = new Findings();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(PUBLISHED)) {
            while (found.next()) {
                findings.add("%s is still published", found.getString(1));
            }
        }
        return findings.check("no table of the application is published any more", "");
    }

    private static Check nothingIsPending(Connection connection, String run) throws SQLException {
        Findings findings = new Findings();
        try (PreparedStatement statement = connection.prepareStatement(WORK)) {
            statement.setString(1, run);
            statement.setString(2, run);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    findings.add("%s", found.getString(1));
                }
            }
        }
        return findings.check("no work of the run is left", "");
    }
}
