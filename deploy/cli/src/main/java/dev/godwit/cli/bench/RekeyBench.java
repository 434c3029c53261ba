package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.measure.Latencies;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the contestants in turn on fresh copies of the same tables: in odd rounds the floor first, in even ones Godwit, so that a machine that gets slower or
 * faster meanwhile favours nobody. Throughput is measured without other load; the application's latency and the tail lag in rounds of their own.
 */
final class RekeyBench {

    /**
     * @param entities documents, each with ten rows that refer to it
     * @param pairs rounds of floor, Godwit and naive script
     * @param impactRounds rounds with an application at work
     * @param writesPerSecond of that application
     * @param window how long latencies are gathered before a run, and while it follows
     */
    record Options(int entities, int pairs, int impactRounds, int writesPerSecond, Duration window) {}

    /** One round of throughput; entities per second where not said otherwise. */
    record Pair(
            double floor,
            double committed,
            double completed,
            double audited,
            double naive,
            Optional<CpuUse> cpu,
            double loadAverage) {}

    /** The share of the floor's rate that Godwit is to reach. */
    static final double TARGET = 0.8;

    private record Floor(double seconds, CpuUse.Span span) {}

    /** One round with an application at work; milliseconds. */
    record Impact(
            Latencies before,
            Latencies duringBackfill,
            Latencies whileFollowing,
            Latencies lagDuringBackfill,
            Latencies lagWhileFollowing,
            long refused,
            double loadAverage) {}

    static final String MIGRATION = "bench-documents-uuid5";

    static final String DEFINITION = """
            migration: bench-documents-uuid5
            description: Documents of the benchmark
            rekey:
              table: bench.documents
              key: id
              to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', user_id::text || ':' || file_sha256)
              on-duplicate: fail
            """;

    private static final int NAIVE_SAMPLE_MIN = 1000;
    private static final int NAIVE_SAMPLE_MAX = 5000;
    private static final Duration LAST_ROWS = Duration.ofSeconds(30);

    private final Options options;
    private final DatabaseUrl database;
    private final Godwit godwit;
    private final CpuWatch cpu;
    private final Consumer<String> progress;

    RekeyBench(Options options, DatabaseUrl database, Godwit godwit, CpuWatch cpu, Consumer<String> progress) {
        this.options = options;
        this.database = database;
        this.godwit = godwit;
        this.cpu = cpu;
        this.progress = progress;
    }

    BenchResult run() throws Exception {
        List<Pair> pairs = new ArrayList<>();
        List<Impact> impacts = new ArrayList<>();
        try (Connection connection = database.connect()) {
            CpuWatch.name(connection);
            BenchTables tables = new BenchTables(connection);
            progress.accept("making the template");
            tables.makeTemplate(options.entities());
            tables.refresh();
            godwit.define();
            try {
                progress.accept("warming up");
                pair(tables, connection, true);
                for (int round = 1; round <= options.pairs(); round++) {
                    progress.accept("pair " + round + " of " + options.pairs());
                    pairs.add(pair(tables, connection, round % 2 == 1));
                }
                for (int round = 1; round <= options.impactRounds(); round++) {
                    progress.accept("application at work, round " + round + " of " + options.impactRounds());
                    impacts.add(impact(tables));
                }
            } finally {
                tables.drop();
                godwit.undefine();
            }
        }
        return new BenchResult(options, pairs, impacts);
    }

    private Pair pair(BenchTables tables, Connection connection, boolean floorFirst) throws SQLException {
        double load = ContestBench.loadAverage();
        Optional<Floor> before = floorFirst ? Optional.of(floor(tables, connection)) : Optional.empty();
        tables.refresh();
        Godwit.Times times = godwit.migrate();
        requireAllMigrated(tables);
        Floor floor = before.isPresent() ? before.get() : floor(tables, connection);
        tables.refresh();
        int sample = Math.min(
                options.entities(), Math.max(NAIVE_SAMPLE_MIN, Math.min(NAIVE_SAMPLE_MAX, options.entities() / 20)));
        double naive = new HandWritten(connection).entityByEntity(sample);
        int entities = options.entities();
        return new Pair(
                entities / floor.seconds(),
                entities / times.committed(),
                entities / times.completed(),
                entities / times.audited(),
                naive,
                cpu.use(floor.span(), times.committing(), entities),
                load);
    }

    private Floor floor(BenchTables tables, Connection connection) throws SQLException {
        tables.refresh();
        Instant from = cpu.mark();
        double seconds = new HandWritten(connection).allAtOnce();
        Instant to = cpu.mark();
        requireAllMigrated(tables);
        return new Floor(seconds, new CpuUse.Span(from, to));
    }

    private static void requireAllMigrated(BenchTables tables) throws SQLException {
        long pending = tables.pending();
        long orphans = tables.orphans();
        if (pending > 0 || orphans > 0) {
            throw Failure.failed(
                    "the contestant left " + pending + " documents unmigrated and " + orphans + " orphans");
        }
    }

    private Impact impact(BenchTables tables) throws Exception {
        tables.refresh();
        double load = ContestBench.loadAverage();
        try (Connection watching = database.connect();
                TailProbe probe = new TailProbe(watching);
                Load application = new Load(
                        database::connect,
                        Load.Mix.WRITES,
                        options.writesPerSecond(),
                        options.entities(),
                        probe::inserted)) {
            // The first second warms connections and plans.
            Pause.sleep(Duration.ofSeconds(1));
            application.take();
            Pause.sleep(options.window());
            Latencies before = application.take().all();
            Run run = godwit.begin();
            godwit.awaitBackfilling(run);
            probe.enter(TailProbe.Phase.BACKFILL);
            godwit.awaitFollowing(run);
            Latencies duringBackfill = application.take().all();
            probe.enter(TailProbe.Phase.FOLLOWING);
            Pause.sleep(options.window());
            Latencies whileFollowing = application.take().all();
            application.stop();
            awaitLastRows(probe);
            godwit.end(run);
            probe.stop();
            return new Impact(
                    before,
                    duringBackfill,
                    whileFollowing,
                    probe.lags(TailProbe.Phase.BACKFILL),
                    probe.lags(TailProbe.Phase.FOLLOWING),
                    application.refused(),
                    load);
        }
    }

    private static void awaitLastRows(TailProbe probe) {
        long deadline = System.nanoTime() + LAST_ROWS.toNanos();
        while (probe.waiting() > 0) {
            if (System.nanoTime() > deadline) {
                throw Failure.failed(probe.waiting() + " rows that the application inserted were not migrated within "
                        + LAST_ROWS.toSeconds() + " s");
            }
            Pause.sleep(Duration.ofMillis(20));
        }
    }
}
