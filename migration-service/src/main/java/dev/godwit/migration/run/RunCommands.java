package dev.godwit.migration.run;

import io.smallrye.mutiny.Multi;
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

    private static final int ATTEMPTS_MAX = 20;

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

    /** A run that ends, or ends what it does, first is asked no more. */
    private static final String ASK_COMPLETE = """
            UPDATE godwit.run
               SET complete_asked = true
             WHERE id = $1
               AND state = $2
            """;

    private static final String ASK_VERIFY = """
            UPDATE godwit.run
               SET verify_asked = true
             WHERE id = $1
               AND state = $2
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
        return once(commandId, "dev.godwit.run." + command.wireName(), () -> untilDone(
                                command, runId, note(requestedBy, reason))
                        .replaceWith(runId))
                .replaceWithVoid();
    }

    private static Optional<String> note(String requestedBy, Optional<String> reason) {
        return reason.or(() -> Optional.of("asked by " + requestedBy));
    }

    /** Who drives the run may move it on between the look at its state and the change: the command is then weighed again by the new state, and never lost. */
    private Uni<Void> untilDone(RunCommand command, String runId, Optional<String> note) {
        int[] attempts = {0};
        return Multi.createBy()
                .repeating()
                .uni(() -> attempt(command, runId, note))
                .whilst(done -> !done && ++attempts[0] < ATTEMPTS_MAX)
                .collect()
                .last()
                .invoke(done -> {
                    if (!done) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "run_moves_on",
                                "run '" + runId + "' changes its state all the time; nothing was done, ask again");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> attempt(RunCommand command, String runId, Optional<String> note) {
        return runs.find(runId)
                .map(found -> found.orElseThrow(() -> Runs.unknownRun(runId)))
                .chain(run -> handle(command, run, note));
    }

    /** False when the run was in another state by the time it should be changed. */
    private Uni<Boolean> handle(RunCommand command, Run run, Optional<String> note) {
        return switch (command) {
            case PAUSE -> change(command, run, RunState.PAUSED, note);
            case CANCEL -> change(command, run, RunState.CANCELLING, note);
            case RESUME -> resume(run, note);
            case COMPLETE -> complete(run);
            case VERIFY -> verify(run);
            case ROLLBACK -> rollback(run, note);
            case RETRY -> retry(run).replaceWith(true);
            case FORGET -> forget(run).replaceWith(true);
        };
    }

    private Uni<Boolean> change(RunCommand command, Run run, RunState to, Optional<String> note) {
        mustBeLegal(command, run, run.state().mayBecome(to));
        return runs.transition(run, to, note);
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

    private Uni<Boolean> resume(Run run, Optional<String> note) {
        boolean stopped = run.state() == RunState.PAUSED || run.state() == RunState.FAILED;
        mustBeLegal(RunCommand.RESUME, run, stopped && run.resumeState().isPresent());
        RunState to = run.resumeState().orElseThrow();
        mustBeLegal(RunCommand.RESUME, run, run.state().mayBecome(to));
        return runs.transition(run, to, note)
                .call(moved -> moved
                        ? chunks.enqueue(run.id(), run.generation())
                        : Uni.createFrom().voidItem());
    }

    private Uni<Boolean> complete(Run run) {
        mustBeLegal(RunCommand.COMPLETE, run, run.state().acceptsBatches());
        return ask(ASK_COMPLETE, run);
    }

    /** A run that follows on does so afterwards; one that does not is verified before it completes anyway. */
    private Uni<Boolean> verify(Run run) {
        mustBeLegal(RunCommand.VERIFY, run, run.state() == RunState.FOLLOWING || run.state() == RunState.VERIFYING);
        return ask(ASK_VERIFY, run);
    }

    private Uni<Boolean> ask(String sql, Run run) {
        return runs.execute(sql, run.id(), run.state().wireName()).map(rows -> rows.rowCount() == 1);
    }

    private Uni<Boolean> rollback(Run run, Optional<String> note) {
        mustBeLegal(RunCommand.ROLLBACK, run, run.commit() && run.state().mayBecome(RunState.ROLLING_BACK));
        return runs.transition(
                run, run.state(), RunState.ROLLING_BACK, note, connection -> mustNotOverlap(connection, run)
                        .chain(() -> prepareUndo(connection, run)));
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
                        .chain(() -> connection
                                .preparedQuery("DELETE FROM godwit.run WHERE id = $1")
                                .execute(Tuple.of(run.id()))))
                .replaceWithVoid();
    }
}
