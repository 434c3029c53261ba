package dev.godwit.migration.run;

import dev.godwit.migration.alias.Aliases;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;

/** Commands to runs that exist, each once by its id. */
@ApplicationScoped
class RunCommands {

    private static final int ATTEMPTS_MAX = 20;
    /** A table that is always in use has a moment for us now and then. */
    private static final int BUSY_TRIES = 20;

    private static final Duration BUSY_MIN = Duration.ofMillis(50);
    private static final Duration BUSY_MAX = Duration.ofSeconds(1);

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

    /** In another cluster than before, changes may have been lost on the way, and what was prepared there need not be here. */
    private static final String SETTLE_HERE = """
            UPDATE godwit.run AS r
               SET rescan = true, cluster = c.system_identifier, phase = CASE WHEN r.state = 'planning' THEN 'prepare' ELSE r.phase END
              FROM pg_control_system() AS c
             WHERE r.id = $1
               AND r.cluster <> c.system_identifier
            """;

    private static final String ASK_VERIFY = """
            UPDATE godwit.run
               SET verify_asked = true
             WHERE id = $1
               AND state = $2
            """;

    /** What a run does from here on belongs to whoever asked for it. */
    private static final String TRACE = "UPDATE godwit.run SET traceparent = $2 WHERE id = $1";

    private final Runs runs;
    private final Chunks chunks;
    private final CommandLog log;

    @Inject
    RunCommands(Runs runs, Chunks chunks, CommandLog log) {
        this.runs = runs;
        this.chunks = chunks;
        this.log = log;
    }

    /** Does what is asked, unless a command with this id did it before. */
    Uni<Void> handle(
            RunCommand command,
            String runId,
            String commandId,
            String requestedBy,
            Optional<String> reason,
            Optional<String> traceparent) {
        Asked asked = new Asked(command, runId, commandId, note(requestedBy, reason), traceparent);
        return log.find(commandId)
                .chain(done -> done.isPresent() ? Uni.createFrom().voidItem() : untilDone(asked))
                .onFailure(Refusal.class)
                .recoverWithUni(refusal -> unlessDoneMeanwhile(commandId, refusal));
    }

    /** The same for what nobody asked from outside, and so nobody traces. */
    Uni<Void> handle(RunCommand command, String runId, String commandId, String requestedBy, Optional<String> reason) {
        return handle(command, runId, commandId, requestedBy, reason, Optional.empty());
    }

    /** A command that came twice at once: the second finds its run changed already, by the first. */
    private Uni<Void> unlessDoneMeanwhile(String commandId, Throwable refusal) {
        return log.find(commandId)
                .chain(done -> done.isPresent()
                        ? Uni.createFrom().voidItem()
                        : Uni.createFrom().failure(refusal));
    }

    private record Asked(
            RunCommand command, String runId, String commandId, Optional<String> note, Optional<String> traceparent) {

        String type() {
            return "dev.godwit.run." + command.wireName();
        }
    }

    /** Belongs to the transaction of the command's effect. */
    private static Uni<Void> claim(SqlConnection connection, Asked asked) {
        return CommandLog.claim(connection, asked.commandId(), asked.type(), asked.runId(), asked.traceparent())
                .chain(() -> connection
                        .preparedQuery(TRACE)
                        .execute(Tuple.of(asked.runId(), asked.traceparent().orElse(null))))
                .replaceWithVoid();
    }

    private static Optional<String> note(String requestedBy, Optional<String> reason) {
        return reason.or(() -> Optional.of("asked by " + requestedBy));
    }

    /** Who drives the run may move it on between the look at its state and the change: the command is then weighed again by the new state, and never lost. */
    private Uni<Void> untilDone(Asked asked) {
        int[] attempts = {0};
        return Multi.createBy()
                .repeating()
                .uni(() -> attempt(asked))
                .whilst(done -> !done && ++attempts[0] < ATTEMPTS_MAX)
                .collect()
                .last()
                .invoke(done -> {
                    if (!done) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "run_moves_on",
                                "run '" + asked.runId()
                                        + "' changes its state all the time; nothing was done, ask again");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> attempt(Asked asked) {
        return runs.find(asked.runId())
                .map(found -> found.orElseThrow(() -> Runs.unknownRun(asked.runId())))
                .chain(run -> handle(asked, run.within(asked.traceparent())));
    }

    /** False when the run was in another state by the time it should be changed. */
    private Uni<Boolean> handle(Asked asked, Run run) {
        return switch (asked.command()) {
            case PAUSE -> change(asked, run, RunState.PAUSED);
            case CANCEL -> change(asked, run, RunState.CANCELLING);
            case RESUME -> resume(asked, run);
            case COMPLETE -> complete(asked, run);
            case VERIFY -> verify(asked, run);
            case ROLLBACK -> rollback(asked, run);
            case RETRY -> retry(asked, run);
            case FORGET -> forget(asked, run);
        };
    }

    private Uni<Boolean> change(Asked asked, Run run, RunState to) {
        mustBeLegal(asked.command(), run, run.state().mayBecome(to));
        return runs.transition(run, run.state(), to, asked.note(), connection -> claim(connection, asked));
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

    private Uni<Boolean> resume(Asked asked, Run run) {
        boolean stopped = run.state() == RunState.PAUSED || run.state() == RunState.FAILED;
        mustBeLegal(RunCommand.RESUME, run, stopped && run.resumeState().isPresent());
        mustBeLegal(
                RunCommand.RESUME, run, run.state().mayBecome(run.resumeState().orElseThrow()));
        return runs.transition(run, run.state(), run.resumeState().orElseThrow(), asked.note(), connection -> claim(
                                connection, asked)
                        .chain(() -> settleHere(connection, run)))
                .call(moved -> moved
                        ? chunks.enqueue(run.id(), run.generation())
                        : Uni.createFrom().voidItem());
    }

    /** Whoever resumes a run has looked where it is. */
    private static Uni<Void> settleHere(SqlConnection connection, Run run) {
        return connection.preparedQuery(SETTLE_HERE).execute(Tuple.of(run.id())).replaceWithVoid();
    }

    private Uni<Boolean> complete(Asked asked, Run run) {
        mustBeLegal(RunCommand.COMPLETE, run, run.state().acceptsBatches());
        return ask(ASK_COMPLETE, asked, run);
    }

    /** A run that follows on does so afterwards; one that does not is verified before it completes anyway. */
    private Uni<Boolean> verify(Asked asked, Run run) {
        mustBeLegal(RunCommand.VERIFY, run, run.state() == RunState.FOLLOWING || run.state() == RunState.VERIFYING);
        return ask(ASK_VERIFY, asked, run);
    }

    private Uni<Boolean> ask(String sql, Asked asked, Run run) {
        return runs.inTransaction(connection -> connection
                .preparedQuery(sql)
                .execute(Tuple.of(run.id(), run.state().wireName()))
                .map(rows -> rows.rowCount() == 1)
                .call(noted ->
                        noted ? claim(connection, asked) : Uni.createFrom().voidItem()));
    }

    private Uni<Boolean> rollback(Asked asked, Run run) {
        mustBeLegal(RunCommand.ROLLBACK, run, run.commit() && run.state().mayBecome(RunState.ROLLING_BACK));
        return runs.transition(
                run, run.state(), RunState.ROLLING_BACK, asked.note(), connection -> claim(connection, asked)
                        .chain(() -> mustNotOverlap(connection, run))
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

    /** Whoever asks for the way back wants it now, whatever the hours of the way there. */
    private static Uni<Void> prepareUndo(SqlConnection connection, Run run) {
        return connection
                .preparedQuery(
                        "UPDATE godwit.run SET phase = 'prepare', only_between = NULL, shape = NULL WHERE id = $1")
                .execute(Tuple.of(run.id()))
                .chain(() -> Requests.leave(connection, run))
                .chain(() -> new WaitingKeys(connection, run.id()).clear());
    }

    private Uni<Boolean> retry(Asked asked, Run run) {
        if (run.state() == RunState.COMPLETED) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "illegal_transition",
                    "run '" + run.id()
                            + "' is completed; what failed in it is pending still, and a run of its own brings it in: godwit run "
                            + run.migration() + " --commit");
        }
        mustBeLegal(RunCommand.RETRY, run, run.state().acceptsBatches() || run.state() == RunState.PAUSED);
        return runs.inTransaction(connection -> claim(connection, asked)
                .chain(() -> new WaitingKeys(connection, run.id()).retry())
                .replaceWith(true));
    }

    private Uni<Boolean> forget(Asked asked, Run run) {
        boolean planOver = !run.commit() && (run.state().isTerminal() || run.state() == RunState.FAILED);
        mustBeLegal(RunCommand.FORGET, run, run.state().isTerminal() || planOver);
        return runs.inTransaction(connection -> forget(connection, asked, run))
                .onFailure(PgErrors::isLockNotAvailable)
                .retry()
                .withBackOff(BUSY_MIN, BUSY_MAX)
                .atMost(BUSY_TRIES)
                .replaceWith(true);
    }

    private static Uni<Void> forget(SqlConnection connection, Asked asked, Run run) {
        return claim(connection, asked)
                .chain(() -> Aliases.drop(connection, run.id()))
                .chain(() -> connection
                        .preparedQuery("SELECT godwit.drop_journal($1)")
                        .execute(Tuple.of(run.serial())))
                .chain(() -> FunctionSchema.releaseFor(connection, run.id()))
                .chain(() -> connection
                        .preparedQuery("DELETE FROM godwit.run WHERE id = $1")
                        .execute(Tuple.of(run.id())))
                .replaceWithVoid();
    }
}
