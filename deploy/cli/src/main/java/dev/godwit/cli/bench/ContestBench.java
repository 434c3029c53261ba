package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DatabaseUrl;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs floor and Godwit in turn on fresh copies of the same tables: in odd rounds the floor first, in even ones Godwit, so that a machine that gets slower or faster
 * meanwhile favours nobody. The first pair warms up and does not count.
 */
final class ContestBench {

    /** One round; entities per second where not said otherwise. */
    record Pair(
            double floor,
            double committed,
            double completed,
            double audited,
            Optional<CpuUse> cpu,
            double loadAverage) {}

    private record Floor(double seconds, CpuUse.Span span) {}

    /** One line about the server. */
    static final String CONDITIONS = """
            SELECT 'PostgreSQL ' || current_setting('server_version')
                   || ', fsync ' || current_setting('fsync')
                   || ', synchronous_commit ' || current_setting('synchronous_commit')
                   || ', shared_buffers ' || current_setting('shared_buffers')
            """;

    private final Contest contest;
    private final int entities;
    private final DatabaseUrl database;
    private final Godwit godwit;
    private final CpuWatch cpu;
    private final Consumer<String> progress;

    ContestBench(
            Contest contest,
            int entities,
            DatabaseUrl database,
            Godwit godwit,
            CpuWatch cpu,
            Consumer<String> progress) {
        this.contest = contest;
        this.entities = entities;
        this.database = database;
        this.godwit = godwit;
        this.cpu = cpu;
        this.progress = progress;
    }

    ContestResult run(int rounds) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        try (Connection connection = database.connect()) {
            progress.accept("making the template");
            CpuWatch.name(connection);
            contest.drop(connection);
            Contest.execute(connection, "CREATE SCHEMA bench_template; " + contest.template(entities));
            refresh(connection);
            godwit.define();
            try {
                progress.accept("warming up");
                pair(connection, true);
                for (int round = 1; round <= rounds; round++) {
                    progress.accept("pair " + round + " of " + rounds);
                    pairs.add(pair(connection, round % 2 == 1));
                }
                return new ContestResult(contest, entities, pairs, text(connection, CONDITIONS));
            } finally {
                contest.drop(connection);
                godwit.undefine();
            }
        }
    }

    private Pair pair(Connection connection, boolean floorFirst) throws SQLException {
        double load = loadAverage();
        Optional<Floor> before = floorFirst ? Optional.of(floor(connection)) : Optional.empty();
        refresh(connection);
        Godwit.Times times = godwit.migrate();
        requireDone(connection);
        Floor floor = before.isPresent() ? before.get() : floor(connection);
        return new Pair(
                entities / floor.seconds(),
                entities / times.committed(),
                entities / times.completed(),
                entities / times.audited(),
                cpu.use(floor.span(), times.committing(), entities),
                load);
    }

    private Floor floor(Connection connection) throws SQLException {
        refresh(connection);
        connection.setAutoCommit(false);
        Instant from = cpu.mark();
        double seconds;
        try (Statement statement = connection.createStatement()) {
            long start = System.nanoTime();
            statement.executeUpdate(contest.floor());
            connection.commit();
            seconds = (System.nanoTime() - start) / 1e9;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        Instant to = cpu.mark();
        requireDone(connection);
        return new Floor(seconds, new CpuUse.Span(from, to));
    }

    private void refresh(Connection connection) throws SQLException {
        Contest.execute(connection, "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; " + contest.tables());
        // Autovacuum would do it at a moment of its own, in some rounds within the measured time.
        for (String table : texts(
                connection,
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'bench'::regnamespace AND relkind = 'r'")) {
            Contest.execute(connection, "VACUUM (ANALYZE) " + table);
        }
        BenchTables.checkpoint(connection);
    }

    private void requireDone(Connection connection) throws SQLException {
        String undone = text(connection, contest.undone());
        if (!undone.equals("0")) {
            throw Failure.failed("the contestant left " + undone + " rows undone or wrong");
        }
    }

    /** Of the machine, over the last minute. */
    static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** The first value of a query. */
    static String text(Connection connection, String sql) throws SQLException {
        return texts(connection, sql).get(0);
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                texts.add(found.getString(1));
            }
        }
        return texts;
    }
}
