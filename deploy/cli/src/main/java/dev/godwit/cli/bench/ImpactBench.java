package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What a backfill costs the application, level by level: pairs of windows with and without, interleaved so that a machine that gets slower or faster meanwhile favours
 * nobody. In odd rounds the window without comes first, in even ones last; the run is paused for it. In the end a second load begins and ends, and the time is told
 * until the run has given way and come back.
 */
final class ImpactBench {

    /**
     * @param entities documents, each with ten rows that refer to it; when a run has come to their end, they are made anew
     * @param pairs of each level
     * @param perSecond what the application does, fixed
     * @param window how long latencies are gathered
     * @param levels of pace
     * @param hog how long the second load is at work; empty: there is none
     */
    record Options(
            int entities, int pairs, int perSecond, Duration window, List<String> levels, Optional<Duration> hog) {}

    /** Two windows; entities in the second per second. */
    record Pair(String level, Load.Served without, Load.Served with, double rate, double loadAverage) {

        /** How much longer the slowest of a hundred take. */
        double p99Ratio() {
            return with.all().quantileMillis(P99) / without.all().quantileMillis(P99);
        }

        private String told() {
            return String.format(
                    Locale.ROOT,
                    "%s: p99 %.2f -> %.2f ms, %.2f times; %.0f entities/s",
                    level,
                    without.all().quantileMillis(P99),
                    with.all().quantileMillis(P99),
                    p99Ratio(),
                    rate);
        }
    }

    /**
     * What a second load did to a run at the level that is the default; seconds.
     *
     * @param yielded from its begin until the run had at most half of the share that it had before, or was stopped; empty: it did not
     * @param reason what made it
     * @param returned from its end until the run had nine tenths of that again; empty: not within a minute
     */
    record GivenWay(
            Optional<Double> yielded, String reason, double rateBefore, double rateDuring, Optional<Double> returned) {}

    static final double P99 = 0.99;

    /** How much longer the application's p99 may be at the level that is the default. */
    static final double TARGET = 1.25;

    static final String DEFAULT_LEVEL = "normal";

    /** Between a change and a window: connections, plans and the pace settle. */
    private static final Duration SETTLE = Duration.ofSeconds(3);

    /** A run begins with half of what its level allows, and gets five hundredths more each second. */
    private static final Duration SPEED_UP = Duration.ofSeconds(15);

    private static final Duration RETURN = Duration.ofMinutes(1);
    private static final double HALF = 0.5;
    private static final double NEARLY = 0.9;
    private static final int TRIES = 3;
    private static final Duration LOOK = Duration.ofMillis(200);

    /** A run over fresh tables, paused between windows, and the application at work on them. */
    private record Flight(Run run, Load application) {}

    private final Options options;
    private final DatabaseUrl database;
    private final Godwit godwit;
    private final Consumer<String> progress;
    private final BenchTables tables;
    private final Connection connection;
    private Optional<Flight> flight = Optional.empty();

    /** @param connection in auto-commit mode, as the owner of the database; stays the caller's to close */
    ImpactBench(
            Options options, DatabaseUrl database, Connection connection, Godwit godwit, Consumer<String> progress) {
        this.options = options;
        this.database = database;
        this.connection = connection;
        this.tables = new BenchTables(connection);
        this.godwit = godwit;
        this.progress = progress;
    }

    ImpactResult run() throws Exception {
        List<Pair> pairs = new ArrayList<>();
        progress.accept("making the template");
        tables.makeTemplate(options.entities());
        godwit.define();
        try {
            for (int round = 1; round <= options.pairs(); round++) {
                progress.accept("round " + round + " of " + options.pairs());
                for (String level : options.levels()) {
                    pairs.add(pair(level, round % 2 == 1));
                }
            }
            Optional<GivenWay> givenWay = Optional.empty();
            if (options.hog().isPresent()) {
                progress.accept("a second load");
                givenWay = Optional.of(giveWay(options.hog().get()));
            }
            return new ImpactResult(options, pairs, givenWay, ContestBench.text(connection, ContestBench.CONDITIONS));
        } finally {
            land();
            tables.drop();
            godwit.undefine();
        }
    }

    /** A window in which a run came to the end of its table says nothing: tables are made anew and it is taken once more. */
    private Pair pair(String level, boolean withoutFirst) throws Exception {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<Pair> pair = windows(flight(), level, withoutFirst);
            if (pair.isPresent()) {
                return pair.get();
            }
            progress.accept("the run has come to the end of the table; once more with a fresh one");
            land();
        }
        throw Failure.failed("a backfill of " + options.entities() + " documents is over within a window of "
                + options.window().toSeconds() + " s: use more --rows");
    }

    private Optional<Pair> windows(Flight at, String level, boolean withoutFirst) throws Exception {
        Optional<Load.Served> before = withoutFirst ? Optional.of(window(at)) : Optional.empty();
        godwit.pace(at.run(), level);
        godwit.resume(at.run());
        Pause.sleep(SETTLE);
        double load = ContestBench.loadAverage();
        long from = migrated(at);
        long start = System.nanoTime();
        Load.Served with = gather(at);
        double rate = (migrated(at) - from) / seconds(start);
        if (!isBackfilling(at)) {
            return Optional.empty();
        }
        godwit.pause(at.run());
        Load.Served without = before.isPresent() ? before.get() : window(at);
        Pair pair = new Pair(level, without, with, rate, load);
        progress.accept(pair.told());
        return Optional.of(pair);
    }

    private Load.Served window(Flight at) {
        Pause.sleep(SETTLE);
        return gather(at);
    }

    private Load.Served gather(Flight at) {
        at.application().take();
        Pause.sleep(options.window());
        return at.application().take();
    }

    private GivenWay giveWay(Duration lasting) throws Exception {
        land();
        Flight at = flight();
        godwit.pace(at.run(), DEFAULT_LEVEL);
        godwit.resume(at.run());
        Pause.sleep(SPEED_UP);
        double shareBefore = share(at);
        double rateBefore = rate(at, SETTLE);
        long start = System.nanoTime();
        Optional<Double> yielded;
        double rateDuring;
        String reason;
        try (Hog hog = new Hog(database::connect)) {
            yielded = secondsUntil(lasting, () -> share(at) <= shareBefore * HALF);
            reason = godwit.pace(at.run()).path("reason").asText("");
            Duration left = lasting.minusNanos(System.nanoTime() - start);
            rateDuring = rate(at, left.compareTo(SETTLE) > 0 ? left : SETTLE);
            hog.stop();
        }
        Optional<Double> returned = secondsUntil(RETURN, () -> share(at) >= shareBefore * NEARLY);
        if (!isBackfilling(at)) {
            throw Failure.failed("the backfill was over before the second load had ended: use more --rows");
        }
        return new GivenWay(yielded, reason, rateBefore, rateDuring, returned);
    }

    private static Optional<Double> secondsUntil(Duration atMost, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < atMost.toNanos()) {
            if (condition.getAsBoolean()) {
                return Optional.of(seconds(start));
            }
            Pause.sleep(LOOK);
        }
        return Optional.empty();
    }

    private double rate(Flight at, Duration over) {
        long from = migrated(at);
        long start = System.nanoTime();
        Pause.sleep(over);
        return (migrated(at) - from) / seconds(start);
    }

    /** Of what the level allows; nothing while the run is stopped. */
    private double share(Flight at) {
        JsonNode pace = godwit.pace(at.run());
        return pace.path("stoppedSince").isNull() ? pace.path("share").asDouble() : 0;
    }

    private long migrated(Flight at) {
        return godwit.look(at.run()).count("migrated");
    }

    private boolean isBackfilling(Flight at) {
        return godwit.look(at.run()).state().equals("backfilling");
    }

    private static double seconds(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** The one in hand, or a new one that has come up to speed. */
    private Flight flight() throws Exception {
        if (flight.isEmpty()) {
            tables.refresh();
            Hog.prepare(connection);
            Load application = new Load(
                    database::connect, Load.Mix.MOSTLY_READS, options.perSecond(), options.entities(), inserted -> {});
            Run run = godwit.begin(DEFAULT_LEVEL);
            flight = Optional.of(new Flight(run, application));
            godwit.awaitBackfilling(run);
            Pause.sleep(SPEED_UP);
            godwit.pause(run);
        }
        return flight.get();
    }

    private void land() throws Exception {
        if (flight.isPresent()) {
            Flight last = flight.get();
            flight = Optional.empty();
            last.application().stop();
            godwit.abandon(last.run());
        }
    }
}
