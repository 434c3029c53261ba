package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * Loads one dump into schemas of its own.
 *
 * <p>Transaction: one, from the making of the schemas to the last row, so that a staging that fails or is killed leaves nothing. Before it commits, it is
 * proved that no row outside of the schemas was written.
 */
public final class DumpStaging {
    private static final String SESSION = """
            SET LOCAL statement_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = 0;
            SET LOCAL lock_timeout = '5s';
            SET LOCAL check_function_bodies = off;
            SET LOCAL client_min_messages = warning;
            SET LOCAL standard_conforming_strings = on
            """;

    private final Connection connection;
    private final Map<String, String> targets;
    private final String into;
    private final StageTally tally = new StageTally();

    /**
     * @param targets schemas of the database by schema of the dump
     * @param into the one for names that the dump leaves unqualified
     */
    public DumpStaging(Connection connection, Map<String, String> targets, String into) {
        this.connection = connection;
        this.targets = targets;
        this.into = into;
    }

    /** Reads the dump and asks the database whether it may be staged; writes nothing. */
    StageTally rehearse(InputStream dump, boolean replace) throws IOException {
        try {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            List<String> replaced = schemas().check(replace);
            replaced.forEach(schema -> tally.warn("schema " + schema + " and all that it holds would be dropped"));
            interpret(dump, names(), new CountingSink(tally));
            connection.rollback();
            return tally;
        } catch (SQLException e) {
            throw DatabaseSink.failed("the database", e);
        }
    }

    /**
     * Loads the dump.
     *
     * @throws Failure when something of it is refused or fails; nothing was written then
     */
    public StageTally load(InputStream dump, boolean replace) throws IOException {
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(SESSION);
            }
            SchemaNames names = names();
            List<String> replaced = schemas().check(replace);
            schemas().make(replaced);
            try (DatabaseSink sink = new DatabaseSink(connection, tally)) {
                sink.searchPath(List.of(into), 0);
                interpret(dump, names, sink);
                sink.flush();
            }
            schemas().proveNothingElseWritten();
            schemas().analyze();
            connection.commit();
            return tally;
        } catch (SQLException e) {
            throw DatabaseSink.failed("the database", e);
        }
    }

    private void interpret(InputStream dump, SchemaNames names, DumpSink sink) throws IOException {
        try (DumpReader reader = new DumpReader(dump)) {
            new DumpInterpreter(reader, names, into, sink, tally).interpret();
        }
    }

    private SchemaNames names() throws SQLException {
        return new SchemaNames(targets, TargetSchemas.all(connection));
    }

    private TargetSchemas schemas() {
        return new TargetSchemas(connection, targets.values());
    }
}
