package dev.godwit.migration.run;

import dev.godwit.migration.functions.FunctionSchema;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Supplier;

/** Commands to runs that exist, each once by its id. */
@ApplicationScoped
class RunCommands {

    private static final String KNOWN = "SELECT run_id, code, message FROM godwit.command WHERE id = $1";

    private static final String REMEMBER = """
            INSERT INTO godwit.command (id, type, run_id)
            VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING
            """;

    private static final String OVERLAPPING = """
            SELECT other.id
              FROM godwit.run AS mine
              JOIN godwit.run AS other ON other.id <> mine.id
                                      AND other.mode = 'commit'
                                      AND other.state NOT IN ('completed', 'cancelled', 'rolled-back')
                                      AND other.tables && mine.tables
             WHERE mine.id = $1
             LIMIT 1
            """;

    private static final String RETRY = """
            WITH freed AS (SELECT key FROM godwit.quarantine WHERE run_id = $1 AND outcome = 'failed')
            INSERT INTO godwit.pending_key (run_id, relation, key, cause)
            SELECT $1, (SELECT name FROM godwit.relation WHERE run_id = $1 AND relation = 0), key, 'retry'
              FROM freed
            ON CONFLICT DO NOTHING
            """;

    private final Runs runs;
    private final Chunks chunks;

    @Inject
    RunCommands(Runs runs, Chunks chunks) {
        this.runs = runs;
        this.chunks = chunks;
    }

    /** Does {@code work} unless a command with this id did it before, and answers the run it is about. Two at once do no harm: the work itself is idempotent or refuses. */
    Uni<String> once(String commandId, String type, Supplier<Uni<String>> work) {
        return runs.execute(KNOWN, commandId).chain(rows -> {
            if (rows.size() > 0) {
                var row = rows.iterator().next();
                if (row.getString("code") != null) {
                    throw new Refusal(Refusal.Kind.CONFLICT, row.getString("code"), row.getString("message"));
                }
                return Uni.createFrom().item(row.getString("run_id"));
            }
            return work.get().call(run -> runs.execute(REMEMBER, commandId, type, run));
        });
    }

    Uni<Void> handle(RunCommand command, String runId, String commandId, String requestedBy, Optional<String> reason) {
        return once(commandId, "dev.godwit.run." + command.wireName(), () -> runs.find(runId)
                        .map(found -> found.orElseThrow(() -> Runs.unknownRun(runId)))
                        .chain(run -> handle(command, run, note(requestedBy, reason)))
                        .replaceWith(runId))
                .replaceWithVoid();
    }

    private static Optional<String> note(String requestedBy, Optional<String> reason) {
        return reason.or(() -> Optional.of("asked by " + requestedBy));
    }

    private Uni<Void> handle(RunCommand command, Run run, Optional<String> note) {
        return switch (command) {
            case PAUSE -> change(command, run, RunState.PAUSED, note);
            case CANCEL ->
                change(command, run, run.state() == RunState.PLANNING ? RunState.CANCELLED : RunState.CANCELLING, note);
            case RESUME -> resume(run, note);
            case COMPLETE -> complete(run);
            case VERIFY -> verify(run);
            case ROLLBACK -> rollback(run, note);
            case RETRY -> retry(run);
            case FORGET -> forget(run);
        };
    }

    private Uni<Void> change(RunCommand command, Run run, RunState to, Optional<String> note) {
        mustBeLegal(command, run, run.state().mayBecome(to));
        return runs.transition(run, to, note).replaceWithVoid();
    }

    private static void mustBeLegal(RunCommand command, Run run, boolean legal) {
        if (!legal) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "illegal_transition",
                    "run '" + run.id() + "' is " + run.state().wireName() + ": it cannot " + command.wireName()
                            + " now");
        }
    }

    private Uni<Void> resume(Run run, Optional<String> note) {
        boolean stopped = run.state() == RunState.PAUSED || run.state() == RunState.FAILED;
        mustBeLegal(RunCommand.RESUME, run, stopped && run.resumeState().isPresent());
        RunState to = run.resumeState().orElseThrow();
        mustBeLegal(RunCommand.RESUME, run, run.state().mayBecome(to));
        return runs.transition(run, to, note).chain(() -> chunks.enqueue(run.id(), run.generation()));
    }

    private Uni<Void> complete(Run run) {
        boolean working = run.state().acceptsBatches();
        mustBeLegal(RunCommand.COMPLETE, run, working);
        return runs.execute("UPDATE godwit.run SET complete_asked = true WHERE id = $1", run.id())
                .replaceWithVoid();
    }

    /** Verification is part of completing; asked for alone, it completes a following run's check without ending it. */
    private Uni<Void> verify(Run run) {
        mustBeLegal(RunCommand.VERIFY, run, run.state() == RunState.FOLLOWING || run.state() == RunState.VERIFYING);
        return complete(run);
    }

    private Uni<Void> rollback(Run run, Optional<String> note) {
        mustBeLegal(RunCommand.ROLLBACK, run, run.commit() && run.state().mayBecome(RunState.ROLLING_BACK));
        return runs.transition(
                        run, run.state(), RunState.ROLLING_BACK, note, connection -> mustNotOverlap(connection, run)
                                .chain(() -> prepareUndo(connection, run)))
                .replaceWithVoid();
    }

    /** Nobody starts a run meanwhile: starts take the same lock. */
    private static Uni<Void> mustNotOverlap(SqlConnection connection, Run run) {
        return connection
                .query(RunStarter.ONE_AT_A_TIME)
                .execute()
                .chain(() -> connection.preparedQuery(OVERLAPPING).execute(Tuple.of(run.id())))
                .invoke(rows -> {
                    if (rows.size() > 0) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "overlapping_run",
                                "run '" + rows.iterator().next().getString("id")
                                        + "' is in hand and shares tables with this one; wait for it, or cancel it");
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<Void> prepareUndo(SqlConnection connection, Run run) {
        return connection
                .preparedQuery("UPDATE godwit.run SET phase = 'prepare' WHERE id = $1")
                .execute(Tuple.of(run.id()))
                .chain(() -> connection
                        .preparedQuery("DELETE FROM godwit.pending_key WHERE run_id = $1")
                        .execute(Tuple.of(run.id())))
                .replaceWithVoid();
    }

    private Uni<Void> retry(Run run) {
        mustBeLegal(RunCommand.RETRY, run, run.state().acceptsBatches() || run.state() == RunState.PAUSED);
        return runs.execute(RETRY, run.id()).replaceWithVoid();
    }

    private Uni<Void> forget(Run run) {
        boolean planOver = !run.commit() && (run.state().isTerminal() || run.state() == RunState.FAILED);
        mustBeLegal(RunCommand.FORGET, run, run.state().isTerminal() || planOver);
        return runs.inTransaction(connection -> connection
                        .preparedQuery("SELECT godwit.drop_journal($1)")
                        .execute(Tuple.of(run.serial()))
                        .chain(() -> FunctionSchema.releaseFor(connection, run.id()))
                        .chain(() -> connection
                                .preparedQuery("DELETE FROM godwit.run WHERE id = $1")
                                .execute(Tuple.of(run.id()))))
                .replaceWithVoid();
    }
}
