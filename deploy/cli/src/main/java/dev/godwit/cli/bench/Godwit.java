package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Godwit as a contestant: committed through journal, outbox, Debezium, Kafka and audit trail, by its own clock. */
final class Godwit {

    private static final String PILOT = "godwit bench";
    private static final Duration TRAIL_PATIENCE = Duration.ofMinutes(5);

    /**
     * Seconds since the run was asked for.
     *
     * @param committed until the last batch of the backfill had committed
     * @param completed until the run was caught up, verified and completed
     * @param audited until the audit trail had every outcome and had checked its chains
     * @param committing from the moment when the run was asked for until the last batch of the backfill had committed
     */
    record Times(double committed, double completed, double audited, CpuUse.Span committing) {}

    private final MigrationClient client;
    private final AuditClient audit;
    private final Definitions definitions;
    private final Connection journal;
    private final String migration;
    private final String definition;

    /**
     * @param journal may read schema {@code godwit}
     * @param migration name of the one that is measured
     * @param definition its text
     */
    private Godwit(
            MigrationClient client,
            AuditClient audit,
            Path definitions,
            Connection journal,
            String migration,
            String definition) {
        this.client = client;
        this.audit = audit;
        this.definitions = new Definitions(client, definitions);
        this.journal = journal;
        this.migration = migration;
        this.definition = definition;
    }

    /** The services of a stack as a contestant. */
    static Godwit on(StackDescription stack, Connection journal, String migration, String definition) {
        return new Godwit(
                MigrationClient.of(stack),
                AuditClient.of(stack),
                Path.of(stack.migration().directory()),
                journal,
                migration,
                definition);
    }

    void define() throws IOException {
        definitions.install(migration, definition);
    }

    void undefine() throws IOException {
        definitions.remove(migration);
    }

    /** Commits a whole run and waits for its trail. */
    Times migrate() throws SQLException {
        return ended(client.start(RunRequest.of(migration, true).withPace("full")));
    }

    /** Has a run that follows come to its end, and waits for its trail. */
    Times complete(Run run) throws SQLException {
        client.command(run.id(), "complete", PILOT, Optional.empty());
        return ended(run);
    }

    private Times ended(Run run) throws SQLException {
        require(watch().untilSettled(run.id()), "completed");
        long settled = System.nanoTime();
        if (!audit.completeReport(run.id(), TRAIL_PATIENCE).path("complete").asBoolean()) {
            throw Failure.failed("the audit trail of run " + run.id() + " is not complete after "
                    + TRAIL_PATIENCE.toSeconds() + " s");
        }
        double trailSeconds = (System.nanoTime() - settled) / 1e9;
        Times times = times(run.id(), trailSeconds);
        client.command(run.id(), "forget", PILOT, Optional.empty());
        return times;
    }

    private Times times(String run, double trailSeconds) throws SQLException {
        try (PreparedStatement statement = journal.prepareStatement("""
                SELECT extract(epoch FROM max(b.committed_at) FILTER (WHERE b.lane = 'backfill') - r.created_at) AS committed,
                       extract(epoch FROM r.ended_at - r.created_at) AS completed,
                       r.created_at AS begun,
                       max(b.committed_at) FILTER (WHERE b.lane = 'backfill') AS last_commit
                  FROM godwit.run AS r
                  JOIN godwit.batch AS b ON b.run_id = r.id
                 WHERE r.id = ?
                 GROUP BY r.id, r.created_at, r.ended_at
                """)) {
            statement.setString(1, run);
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    throw Failure.failed("run " + run + " has committed nothing");
                }
                double completed = found.getDouble("completed");
                return new Times(
                        found.getDouble("committed"),
                        completed,
                        completed + trailSeconds,
                        new CpuUse.Span(moment(found, "begun"), moment(found, "last_commit")));
            }
        }
    }

    private static Instant moment(ResultSet found, String column) throws SQLException {
        return found.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Begins a run that follows the application, as fast as it can. */
    Run begin() {
        return begin("full");
    }

    /** The same at that level. */
    Run begin(String level) {
        return client.start(RunRequest.of(migration, true).withFollow().withPace(level));
    }

    /** Has a run go at that level from now on. */
    void pace(Run run, String level) {
        client.changePace(run.id(), Optional.of(level), Optional.empty(), false, PILOT, Optional.empty());
    }

    /** What holds a run back now, as REST tells it. */
    JsonNode pace(Run run) {
        return client.pace(run.id());
    }

    /** How a run stands now. */
    Run look(Run run) {
        return client.run(run.id());
    }

    /** Returns when nothing of a run is at work any more. */
    void pause(Run run) {
        client.command(run.id(), "pause", PILOT, Optional.empty());
        watch().until(run.id(), now -> now.state().equals("paused"));
    }

    /** Returns when a paused run is at work again. */
    void resume(Run run) {
        client.command(run.id(), "resume", PILOT, Optional.empty());
        watch().until(run.id(), now -> !now.state().equals("paused"));
    }

    /** From here on nothing that the application inserts is in a chunk: it is the tail's. */
    void awaitBackfilling(Run run) {
        watch().until(run.id(), now -> !now.state().equals("planning"));
    }

    void awaitFollowing(Run run) {
        require(watch().until(run.id(), now -> now.state().equals("following") || now.isSettled()), "following");
    }

    void end(Run run) {
        client.command(run.id(), "complete", PILOT, Optional.empty());
        require(watch().untilSettled(run.id()), "completed");
        client.command(run.id(), "forget", PILOT, Optional.empty());
    }

    /** Ends a run early, wherever it is, and forgets it. */
    void abandon(Run run) {
        client.command(run.id(), "cancel", PILOT, Optional.empty());
        watch().until(run.id(), now -> now.state().equals("cancelled"));
        client.command(run.id(), "forget", PILOT, Optional.empty());
    }

    private RunWatch watch() {
        return RunWatch.silent(client);
    }

    private static void require(Run run, String state) {
        if (!run.state().equals(state)) {
            throw Failure.failed(
                    "run " + run.id() + " is " + run.state() + (run.reason().isEmpty() ? "" : ": " + run.reason()));
        }
    }
}
