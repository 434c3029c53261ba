package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Brings the rows of one database into another: through a foreign table, through a pipe of COPY, and with Godwit, while both databases are written to. In odd rounds the plain
 * copies come first, in even ones Godwit. What Godwit has brought is compared row by row with its source.
 */
final class ImportBench {

    /** The share of the faster plain copy's rate that Godwit is to reach. */
    static final double TARGET = 0.5;

    /** How long after the load has ended its last change may take to arrive. */
    static final double LAG_TARGET_SECONDS = 2;

    private static final int WARM_UP_MAX = 100_000;
    private static final int FETCH = 10_000;

    /**
     * @param writesPerSecond of the applications, to both databases together
     * @param window how long they go on once the run follows
     */
    record Options(int rows, int pairs, int writesPerSecond, Duration window) {}

    /** The two databases, and who may link them. */
    record Databases(String source, DatabaseUrl there, DatabaseUrl here, Optional<DatabaseUrl> administrator) {}

    /**
     * One round; rows per second where not said otherwise.
     *
     * @param insertSelect empty where no foreign table could be made
     * @param lagSeconds from the last change of the load until it had arrived
     * @param completingSeconds from the order to come to an end until the run was verified and completed
     * @param writes of the applications while Godwit was at work
     * @param compared rows that were found equal
     */
    record Pair(
            Optional<Double> insertSelect,
            double pipe,
            double committed,
            double lagSeconds,
            double completingSeconds,
            long writes,
            long deleted,
            long compared,
            Optional<CpuUse> cpu,
            double loadAverage) {

        /** The faster of the plain copies. */
        double floor() {
            return insertSelect.map(rate -> Math.max(rate, pipe)).orElse(pipe);
        }
    }

    private record Copied(double seconds, CpuUse.Span span) {}

    private record Floors(Optional<Copied> insertSelect, Copied pipe) {

        Copied fastest() {
            return insertSelect
                    .filter(copied -> copied.seconds() < pipe.seconds())
                    .orElse(pipe);
        }
    }

    private record Flown(
            Godwit.Times times,
            double lagSeconds,
            double completingSeconds,
            long writes,
            long deleted,
            long compared) {}

    private final Options options;
    private final Databases databases;
    private final Function<String, Godwit> contestant;
    private final CpuWatch cpu;
    private final Consumer<String> progress;

    /**
     * @param contestant Godwit, for the name of a migration: each round is one of its own, since what the map says of the rows of a former one would be met, and costs what a
     *     repeated import costs
     */
    ImportBench(
            Options options,
            Databases databases,
            Function<String, Godwit> contestant,
            CpuWatch cpu,
            Consumer<String> progress) {
        this.options = options;
        this.databases = databases;
        this.contestant = contestant;
        this.cpu = cpu;
        this.progress = progress;
    }

    ImportResult run() throws Exception {
        List<Pair> pairs = new ArrayList<>();
        try (Connection there = databases.there().connect();
                Connection here = databases.here().connect()) {
            CpuWatch.name(there);
            CpuWatch.name(here);
            ImportTables tables = new ImportTables(there, here);
            tables.drop();
            PlainCopies.link(databases.administrator(), databases.there(), databases.here(), FETCH);
            try {
                progress.accept("warming up");
                int few = Math.min(options.rows(), WARM_UP_MAX);
                tables.makeTemplate(few);
                pair(tables, new PlainCopies(there, here), true, few);
                progress.accept("making the template");
                tables.makeTemplate(options.rows());
                for (int round = 1; round <= options.pairs(); round++) {
                    progress.accept("pair " + round + " of " + options.pairs());
                    pairs.add(pair(tables, new PlainCopies(there, here), round % 2 == 1, options.rows()));
                }
                return new ImportResult(options, pairs, ContestBench.text(here, ContestBench.CONDITIONS));
            } finally {
                PlainCopies.unlink(databases.administrator());
                tables.drop();
            }
        }
    }

    private Pair pair(ImportTables tables, PlainCopies copies, boolean floorFirst, int rows) throws Exception {
        double load = ContestBench.loadAverage();
        Optional<Floors> before = floorFirst ? Optional.of(floors(tables, copies, rows)) : Optional.empty();
        tables.refresh();
        Godwit godwit = contestant.apply(
                ImportTables.MIGRATION + "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
        godwit.define();
        Flown flown;
        try {
            flown = fly(tables, rows, godwit);
        } finally {
            godwit.undefine();
        }
        Floors floors = before.isPresent() ? before.get() : floors(tables, copies, rows);
        return new Pair(
                floors.insertSelect().map(copied -> rows / copied.seconds()),
                rows / floors.pipe().seconds(),
                rows / flown.times().committed(),
                flown.lagSeconds(),
                flown.completingSeconds(),
                flown.writes(),
                flown.deleted(),
                flown.compared(),
                cpu.use(floors.fastest().span(), flown.times().committing(), rows),
                load);
    }

    private Floors floors(ImportTables tables, PlainCopies copies, int rows) throws Exception {
        Optional<Copied> insertSelect = Optional.empty();
        if (databases.administrator().isPresent()) {
            insertSelect = Optional.of(copy(tables, copies::insertSelect, rows));
        }
        return new Floors(insertSelect, copy(tables, copies::pipe, rows));
    }

    private Copied copy(ImportTables tables, Callable<Long> contestant, int rows) throws Exception {
        tables.refresh();
        try (Connection there = databases.there().connect();
                Connection here = databases.here().connect();
                ImportLoad load = new ImportLoad(there, here, options.writesPerSecond(), rows)) {
            Instant from = cpu.mark();
            long start = System.nanoTime();
            long copied = contestant.call();
            double seconds = (System.nanoTime() - start) / 1e9;
            Instant to = cpu.mark();
            note("a plain copy took %.1f s, beside %d writes", seconds, load.stop());
            if (copied < rows - load.deleted() || tables.imported() != copied) {
                throw Failure.failed("a plain copy brought " + copied + " rows of " + rows);
            }
            return new Copied(seconds, new CpuUse.Span(from, to));
        }
    }

    private Flown fly(ImportTables tables, int rows, Godwit godwit) throws Exception {
        try (Connection there = databases.there().connect();
                Connection here = databases.here().connect();
                ImportLoad load = new ImportLoad(there, here, options.writesPerSecond(), rows)) {
            long begun = System.nanoTime();
            Run run = godwit.begin();
            godwit.awaitFollowing(run);
            note("Godwit follows after %.1f s", (System.nanoTime() - begun) / 1e9);
            Pause.sleep(options.window());
            long writes = load.stop();
            double lag = load.awaitArrival();
            note("the last change had arrived %.2f s after it was made", lag);
            long start = System.nanoTime();
            Godwit.Times times = godwit.complete(run);
            double completing = (System.nanoTime() - start) / 1e9;
            note("verified, completed and in the trail after %.1f s more", completing);
            return new Flown(times, lag, completing, writes, load.deleted(), tables.compare());
        }
    }

    /** So long a measurement tells how far it has come. */
    private void note(String format, Object... values) {
        progress.accept(String.format(Locale.ROOT, format, values));
    }
}
