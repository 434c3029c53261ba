package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Proof.Moment;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The whole demo of a case: data, traffic, plan, commit, proof, rollback, proof.
 *
 * <p>Failure semantics: what cannot go on ends in an exception, with the traffic stopped and the stack up; a claim that does not hold is told, the demo goes on,
 * and its exit code says so.
 */
public final class Demo {

    private static final Duration BEFORE_THE_PLAN = Duration.ofSeconds(1);
    private static final Duration FOLLOWING = Duration.ofSeconds(3);
    private static final Duration AFTER_COMPLETION = Duration.ofSeconds(1);
    private static final Duration TRAIL_PATIENCE = Duration.ofSeconds(60);

    private final DemoCase example;
    private final Application application;
    private final Proof proof;
    private final DemoOptions options;
    private final Steps steps;
    private final Flight flight;
    private final DatabaseUrl database;
    private final DatabaseUrl journal;
    private final Path definitions;
    private final AuditClient audit;
    private final DemoReport report;
    private Optional<Vitals> vitalsBefore = Optional.empty();

    public Demo(DemoCase example, Stack stack, DemoOptions options, Steps steps, Flight flight) {
        StackDescription description = stack.describe();
        this.example = example;
        this.application = example.application();
        this.proof = example.proof();
        this.options = options;
        this.steps = steps;
        this.flight = flight;
        this.database = DatabaseUrl.parse(description.database().url());
        this.journal = stack.migrationDatabase();
        this.definitions = Path.of(description.migration().directory());
        this.audit = AuditClient.of(description);
        this.report = new DemoReport(steps);
    }

    /**
     * Answers the exit code.
     *
     * @param migrations of all cases: what an interrupted demo may have left behind
     */
    public int run(Collection<String> migrations) throws Exception {
        try (Connection connection = database.connect()) {
            load(connection, migrations);
            read("Checksums of every row taken", Moment.BEFORE, connection);
            vitalsBefore = vitals();
            try (Traffic traffic = steps.step(
                    "Live traffic started",
                    () -> Traffic.start(database::connect, application, options.writesPerSecond(), options.seed()),
                    started -> options.writesPerSecond() + " writes/s")) {
                pause(BEFORE_THE_PLAN);
                steps.section("There");
                Flown there = fly(traffic);
                report.traffic(traffic, application);
                verify(connection, there);
                steps.section("And back");
                rollBack(connection, there);
                example.afterwards(connection, flight).forEach(report::check);
            }
        }
        return report.verdict();
    }

    public ObjectNode told() {
        return report.json();
    }

    private void load(Connection connection, Collection<String> migrations) throws Exception {
        ExampleTables tables = new ExampleTables(connection, example.tables());
        tables.requireFree();
        int leftOvers = flight.endLeftOvers(migrations);
        if (leftOvers > 0) {
            steps.note("%d runs of an interrupted demo ended", leftOvers);
        }
        steps.step(
                "Application tables loaded",
                () -> tables.make(filling -> example.load(filling, options.folder(), options.rows())),
                loaded -> loaded);
        steps.step("Definition read by migration-service", this::define, names -> names);
        example.prepare(connection, options.folder(), flight).forEach(report::check);
    }

    private Optional<Vitals> vitals() throws Exception {
        return example.cured().isEmpty()
                ? Optional.empty()
                : Optional.of(steps.step(
                        "Health measured",
                        () -> flight.health(example.migrations().get(0)),
                        Vitals::text));
    }

    private String define() throws IOException {
        for (String name : example.attachments()) {
            flight.attach(name, ExampleTables.read(options.folder(), name), definitions);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        example.all().forEach(name -> texts.put(name, ExampleTables.read(options.folder(), name + ".yaml")));
        flight.define(texts, definitions);
        return String.join(", ", example.all());
    }

    private void read(String title, Moment moment, Connection connection) throws Exception {
        steps.step(title, () -> proof.read(moment, connection), count -> String.format(Locale.ROOT, "%,d rows", count));
    }

    private Flown fly(Traffic traffic) throws Exception {
        WholePlan whole = new WholePlan(example, flight, steps, report);
        Run followed = flyFollowing(whole, traffic);
        List<Run> runs = new ArrayList<>(whole.dependencies());
        runs.add(followed);
        for (String next : example.migrations().subList(1, example.migrations().size())) {
            plan(next);
            runs.add(steps.step("Commit: " + next, () -> flight.hop(next), DemoReport::rate));
        }
        pause(AFTER_COMPLETION);
        traffic.stop();
        requireTraffic(traffic);
        return new Flown(runs, followed, audit, journal);
    }

    private Run flyFollowing(WholePlan whole, Traffic traffic) throws Exception {
        whole.plan();
        Run run = steps.step("Commit: " + example.deed() + ", application writing", whole::takeOff, DemoReport::rate);
        steps.step(
                "Following the application's writes",
                () -> {
                    pause(FOLLOWING);
                    requireTraffic(traffic);
                    return application.writes();
                },
                writes -> String.format(Locale.ROOT, "%,d writes so far", writes));
        steps.step(
                "Application upgraded: old code retired",
                () -> {
                    traffic.retireOldCode();
                    return application.retirement();
                },
                told -> told);
        Run landed = steps.step(
                "Completed: caught up, verified, caught up again",
                () -> flight.land(run),
                done -> "as of " + done.json().path("asOf").asText("?"));
        whole.ended().ifPresent(report::check);
        return landed;
    }

    private void plan(String migration) throws Exception {
        report.plan(steps.step("Plan: nothing is written", () -> flight.plan(migration), Run::id));
    }

    private void verify(Connection connection, Flown there) throws Exception {
        steps.section("Proof");
        read("Every row read again", Moment.THERE, connection);
        proof.there(connection).forEach(report::check);
        List<JsonNode> trails = new ArrayList<>();
        for (Run run : there.runs()) {
            JsonNode trail = steps.step(
                    "Audit trail complete",
                    () -> audit.completeReport(run.id(), TRAIL_PATIENCE),
                    told -> "chains " + (told.path("chainsIntact").asBoolean() ? "intact" : "BROKEN"));
            report.check(DemoReport.trailIsComplete(trail, audit.checkRun(run.id(), piece -> {})));
            trails.add(trail);
        }
        proof.toldThere(there).forEach(report::check);
        report.figures(proof.figures(there));
        Optional<Vitals> vitalsNow = vitals();
        if (vitalsBefore.isPresent() && vitalsNow.isPresent()) {
            report.vitals(vitalsBefore.get(), vitalsNow.get(), example.cured());
        }
        if (example.isRepeated()) {
            report.check(new Repetition(flight, example).writesNothing(connection));
        }
        for (int i = 0; i < trails.size(); i++) {
            Run run = there.runs().get(i);
            report.run(run, trails.get(i), run.id().equals(there.followed().id()));
        }
    }

    private void rollBack(Connection connection, Flown there) throws Exception {
        List<Run> back = takeBackUnderTraffic(there.runs());
        read("Every row read again", Moment.BACK, connection);
        proof.back(connection).forEach(report::check);
        back.forEach(run -> audit.completeReport(run.id(), TRAIL_PATIENCE));
        Flown flownBack = there.now(back);
        proof.toldBack(flownBack).forEach(report::check);
        report.tables(proof);
        report.rolledBack(flownBack.followed());
    }

    private List<Run> takeBackUnderTraffic(List<Run> there) throws Exception {
        Optional<Application> writing = example.writingOnTheWayBack();
        if (writing.isEmpty()) {
            return takeBack(there);
        }
        long before = writing.get().writes();
        try (Traffic traffic =
                Traffic.start(database::connect, writing.get(), options.writesPerSecond(), options.seed() + 1)) {
            List<Run> back = takeBack(there);
            pause(AFTER_COMPLETION);
            traffic.stop();
            requireTraffic(traffic);
            report.wroteOnTheWayBack(writing.get().writes() - before);
            return back;
        }
    }

    private List<Run> takeBack(List<Run> there) throws Exception {
        List<Run> back = new ArrayList<>(there);
        for (int i = back.size() - 1; i >= 0; i--) {
            Run run = back.get(i);
            report.preview(steps.step(
                    "Rollback previewed: nothing is written",
                    () -> flight.previewRollback(run),
                    told -> run.migration()));
            back.set(i, steps.step("Rolled back", () -> flight.rollBack(run), DemoReport::rollbackCounts));
        }
        return back;
    }

    private static void requireTraffic(Traffic traffic) {
        traffic.failure().ifPresent(cause -> {
            throw Failure.failed("the live traffic ended: " + cause.getMessage(), cause);
        });
    }

    private static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
