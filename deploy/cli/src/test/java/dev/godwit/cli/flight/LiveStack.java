package dev.godwit.cli.flight;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.chaos.TcpProxy;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.demo.AuditTrail;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** A stack and what tests do with it: SQL as the application, definitions, runs, and what the audit trail says of them. */
public final class LiveStack {
    /** Name of the other database, which imports read. */
    static final String SOURCE = "legacy";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TRAIL_PATIENCE = Duration.ofSeconds(30);
    private static final String PILOT = "test";

    private final Stack stack;
    private final Optional<TcpProxy> wire;
    private final MigrationClient migration;
    private final AuditClient audit;

    LiveStack(Stack stack) {
        this(stack, Optional.empty());
    }

    LiveStack(Stack stack, Optional<TcpProxy> wire) {
        this.stack = stack;
        this.wire = wire;
        this.migration = MigrationClient.of(stack.describe());
        this.audit = AuditClient.of(stack.describe());
    }

    /** The stack itself, to be left running and whole. */
    public Stack stack() {
        return stack;
    }

    /** What stands between the services and PostgreSQL, to be left whole. */
    public Optional<TcpProxy> wire() {
        return wire;
    }

    MigrationClient migration() {
        return migration;
    }

    Path definitions() {
        return Path.of(stack.describe().migration().directory());
    }

    /** The database as its owner, the application. */
    Connection connect() throws SQLException {
        return DatabaseUrl.parse(stack.describe().database().url()).connect();
    }

    /** The other database as its owner. */
    Connection connectToSource() throws SQLException {
        return sourceUrl().connect();
    }

    /** As {@link #query}, in the other database. */
    List<String> querySource(String sql) throws SQLException {
        return query(sourceUrl(), sql);
    }

    private DatabaseUrl sourceUrl() {
        return DatabaseUrl.parse(stack.describe().sources().get(SOURCE).url());
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** First column of all rows, as text. */
    List<String> query(String sql) throws SQLException {
        return query(DatabaseUrl.parse(stack.describe().database().url()), sql);
    }

    /** As {@link #query}, as the role that may read what Godwit keeps. */
    List<String> queryState(String sql) throws SQLException {
        return query(stack.migrationDatabase(), sql);
    }

    private static List<String> query(DatabaseUrl url, String sql) throws SQLException {
        try (Connection connection = url.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (found.next()) {
                values.add(found.getString(1));
            }
            return values;
        }
    }

    String value(String sql) throws SQLException {
        return query(sql).get(0);
    }

    /** One checksum of all rows for each ordinary or partitioned table of the schema. */
    Map<String, String> checksums(String schema) throws SQLException {
        return perTable(schema, "t::text");
    }

    /** One checksum per table of where each row version is and who wrote it: it changes with every write, even one that changes nothing. */
    Map<String, String> rowVersions(String schema) throws SQLException {
        return perTable(schema, "tableoid::text || ctid::text || xmin::text");
    }

    private Map<String, String> perTable(String schema, String row) throws SQLException {
        Map<String, String> checksums = new TreeMap<>();
        for (String table : query("""
                SELECT format('%%I.%%I', n.nspname, c.relname)
                  FROM pg_class AS c
                  JOIN pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE n.nspname = '%s'
                   AND c.relkind IN ('r', 'p')
                   AND NOT c.relispartition
                """.formatted(schema.replace("'", "''")))) {
            checksums.put(
                    table,
                    value("SELECT coalesce(md5(string_agg(md5(" + row + "), '' ORDER BY md5(" + row + "))), '') FROM "
                            + table + " AS t"));
        }
        return checksums;
    }

    /** Writes the definition and returns when the service has read it. */
    void define(String name, String text) {
        try {
            new Definitions(migration, definitions()).install(name, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void undefine(String name) {
        try {
            new Definitions(migration, definitions()).remove(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Run plan(String name) {
        return fly(RunRequest.of(name, false));
    }

    Run commit(String name) {
        return fly(RunRequest.of(name, true));
    }

    /** Starts a run and returns it when it has settled. */
    Run fly(RunRequest request) {
        return watch().untilSettled(migration.start(request).id());
    }

    /** Starts a committing run and returns it when all rows of before have been migrated; it follows the application until told to complete. */
    Run follow(String name) {
        Run run = migration.start(RunRequest.of(name, true).withFollow());
        return watch().until(run.id(), now -> now.state().equals("following") || now.isSettled());
    }

    /**
     * Starts a run that cannot come to its end before the holder's transaction does, which locks a row of it. The lock must be younger than the moment from
     * which the run waits for transactions, and older than the first batch; an older transaction keeps the run between the two.
     */
    Run startHeld(RunRequest request, Connection holder, String lock) throws SQLException {
        try (Connection older = connect();
                Statement transaction = older.createStatement();
                Statement locking = holder.createStatement()) {
            older.setAutoCommit(false);
            transaction.execute("SELECT pg_current_xact_id()");
            Run run = migration.start(request);
            Awaitility.await().atMost(PATIENCE).until(() -> !queryState(
                            "SELECT 1 FROM godwit.run WHERE barrier_xid IS NOT NULL AND id = '" + run.id() + "'")
                    .isEmpty());
            holder.setAutoCommit(false);
            locking.execute(lock);
            return run;
        }
    }

    Run complete(Run run) {
        migration.command(run.id(), "complete", PILOT, Optional.empty());
        return watch().until(run.id(), Run::isSettled);
    }

    Run rollBack(Run run) {
        migration.rollback(run.id(), true, PILOT, Optional.empty());
        return watch().until(run.id(), now -> !now.state().equals(run.state()) && now.isSettled());
    }

    RunWatch watch() {
        return RunWatch.silent(migration);
    }

    /** The report, once everything that the run said has arrived, or as it is when that takes too long. */
    JsonNode report(Run run) {
        return audit.completeReport(run.id(), TRAIL_PATIENCE);
    }

    /** Migrations with their states, as the audit trail heard them stamped. */
    List<String> stamps() {
        List<String> stamps = new ArrayList<>();
        audit.stamps()
                .forEach(stamp -> stamps.add(stamp.path("migration").asText() + " "
                        + stamp.path("state").asText()));
        return stamps;
    }

    /** All outcomes of a run, as the audit trail's CSV tells them. */
    List<AuditTrail.Outcome> outcomes(Run run) {
        report(run);
        List<AuditTrail.Outcome> outcomes = new ArrayList<>();
        try (InputStream csv = audit.reportCsv(run.id())) {
            AuditTrail.read(csv, outcomes::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return outcomes;
    }
}
