package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The whole demo: data, traffic, plan, commit, proof, rollback, proof.
 *
 * <p>Failure semantics: what cannot go on ends in an exception, with the traffic stopped and the stack up; a claim that does not hold is told, the demo goes on,
 * and its exit code says so.
 */
final class Demo {

    private static final Duration BEFORE_THE_PLAN = Duration.ofSeconds(1);
    private static final Duration FOLLOWING = Duration.ofSeconds(3);
    private static final Duration AFTER_COMPLETION = Duration.ofSeconds(1);
    private static final Duration TRAIL_PATIENCE = Duration.ofSeconds(60);

    private final Stack stack;
    private final StackDescription description;
    private final DemoOptions options;
    private final Steps steps;
    private final Flight flight;
    private final AuditClient audit;
    private final DemoReport report;

    Demo(Stack stack, DemoOptions options, Steps steps, Flight flight) {
        this.stack = stack;
        this.description = stack.describe();
        this.options = options;
        this.steps = steps;
        this.flight = flight;
        this.audit = new AuditClient(description.audit().url());
        this.report = new DemoReport(steps);
    }

    /** Answers the exit code. */
    int run() throws Exception {
        DatabaseUrl database = DatabaseUrl.parse(description.database().url());
        try (Connection connection = database.connect()) {
            load(connection);
            Snapshot before = steps.step(
                    "Checksums of every row taken",
                    () -> Snapshot.take(connection),
                    snapshot -> String.format("%,d rows", snapshot.rowCount()));
            try (Traffic traffic = steps.step(
                    "Live traffic started",
                    () -> Traffic.start(database::connect, options.writesPerSecond(), options.seed()),
                    started -> options.writesPerSecond() + " writes/s")) {
                pause(BEFORE_THE_PLAN);
                steps.section("There");
                Run run = fly(traffic);
                report.traffic(traffic);
                verify(connection, before, traffic.ledger(), run);
                steps.section("And back");
                rollBack(connection, before, traffic, run);
            }
        }
        return report.exitCode();
    }

    private void load(Connection connection) throws Exception {
        ExampleData data = new ExampleData(connection, options.folder());
        List<String> foreign = data.foreignTables();
        if (!foreign.isEmpty()) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "tables_exist",
                    "the demo makes tables of its own, but these exist already and are not of a demo: "
                            + String.join(", ", foreign) + "; use another database or no --database-url");
        }
        int leftOvers = flight.cancelLeftOvers();
        if (leftOvers > 0) {
            steps.note("%d runs of an interrupted demo cancelled", leftOvers);
        }
        steps.step(
                "Application tables loaded",
                () -> {
                    data.load(ExampleData.SEED, options.rows());
                    return options.rows();
                },
                rows -> String.format("%,d documents, seed %d", rows, ExampleData.SEED));
        steps.step(
                "Definition read by migration-service",
                () -> {
                    flight.define(
                            Files.readString(options.folder().resolve(options.migration() + ".yaml")),
                            Path.of(description.migration().directory()));
                    return options.migration();
                },
                name -> name);
    }

    private Run fly(Traffic traffic) throws Exception {
        Run planned = steps.step("Plan: nothing is written", flight::plan, run -> run.id());
        report.plan(planned);
        Run run = steps.step("Commit: every old row moved, application writing", flight::takeOff, DemoReport::rate);
        steps.step(
                "Following the application's writes",
                () -> {
                    pause(FOLLOWING);
                    requireTraffic(traffic);
                    return traffic.ledger().writes();
                },
                writes -> String.format("%,d writes so far", writes));
        steps.step(
                "Application upgraded: old code retired",
                () -> {
                    traffic.retireOldCode();
                    return "";
                },
                nothing -> "from here on no old id is written");
        Run completed = steps.step(
                "Completed: caught up, verified, caught up again",
                () -> flight.land(run),
                done -> "as of " + done.json().path("asOf").asText("?"));
        pause(AFTER_COMPLETION);
        traffic.stop();
        requireTraffic(traffic);
        return completed;
    }

    private void verify(Connection connection, Snapshot before, Ledger ledger, Run run) throws Exception {
        steps.section("Proof");
        Snapshot after = steps.step(
                "Every row read again",
                () -> Snapshot.take(connection),
                snapshot -> String.format("%,d rows", snapshot.rowCount()));
        for (Check check : new Verification(before, after, ledger, connection).checks()) {
            report.check(check);
        }
        JsonNode trail = steps.step(
                "Audit trail complete",
                () -> audit.completeReport(run.id(), TRAIL_PATIENCE),
                told -> "chains " + (told.path("chainsIntact").asBoolean() ? "intact" : "BROKEN"));
        report.check(DemoReport.trailIsComplete(trail));
        try (Connection journal = stack.migrationDatabase().connect()) {
            report.check(new TrailProof(audit).equalsJournal(journal, run.id()));
        }
        report.run(run, trail);
    }

    private void rollBack(Connection connection, Snapshot before, Traffic traffic, Run run) throws Exception {
        JsonNode preview =
                steps.step("Rollback previewed: nothing is written", () -> flight.previewRollback(run), told -> "");
        report.preview(preview);
        Run back = steps.step("Rolled back", () -> flight.rollBack(run), DemoReport::rollbackCounts);
        Snapshot after = steps.step(
                "Every row read again",
                () -> Snapshot.take(connection),
                snapshot -> String.format("%,d rows", snapshot.rowCount()));
        RollbackProof proof = new RollbackProof(before, after, traffic.ledger());
        report.check(proof.check());
        audit.completeReport(back.id(), TRAIL_PATIENCE);
        report.check(new TrailProof(audit).namesDiverged(back.id(), proof.divergedIds(), before, after));
        report.tables(proof, before, after);
        report.rolledBack(back);
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

    DemoReport report() {
        return report;
    }
}
