package dev.godwit.cli.demo;

import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.stack.DatabaseUrl;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The runs of a flight, and where to read of them.
 *
 * @param runs in the order in which they were flown
 * @param followed the one of them that followed the application
 * @param journal may read schema {@code godwit}
 */
public record Flown(List<Run> runs, Run followed, AuditClient audit, DatabaseUrl journal) {

    /** The same runs as they are now. */
    Flown now(List<Run> same) {
        Run now = same.stream()
                .filter(run -> run.id().equals(followed.id()))
                .findFirst()
                .orElseThrow();
        return new Flown(same, now, audit, journal);
    }

    /** Tells every outcome of a run that the audit trail knows of. */
    public void outcomes(Run run, Consumer<AuditTrail.Outcome> reader) throws IOException {
        try (InputStream csv = audit.reportCsv(run.id())) {
            AuditTrail.read(csv, reader);
        }
    }

    /** Keys of rows of a table that the trail gives this outcome, and this reason or, when it is empty, any. */
    public Set<String> keys(Run run, String table, String outcome, String reason) throws IOException {
        Set<String> keys = new LinkedHashSet<>();
        outcomes(run, told -> {
            if (told.table().equals(table)
                    && told.outcome().equals(outcome)
                    && (reason.isEmpty() || reason.equals(told.reason()))) {
                keys.add(told.key());
            }
        });
        return keys;
    }

    /** The first column of what the journal answers to a query about a run. */
    public Set<String> journaled(Run run, String query) throws SQLException {
        Set<String> keys = new LinkedHashSet<>();
        try (Connection connection = journal.connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, run.id());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    keys.add(found.getString(1));
                }
            }
        }
        return keys;
    }
}
