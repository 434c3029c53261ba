package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.constraint.Violations;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** What a run does next, by its state and phase. Every step may be repeated; all but the {@linkplain #isLengthy lengthy} ones are short. */
@ApplicationScoped
class RunSteps {

    private static final Logger LOG = Logger.getLogger(RunSteps.class);

    /** Phases in which one statement may read whole tables. */
    private static final Set<String> LENGTHY = Set.of("group", "report", "constrain", "check", "restore");

    private static final Set<RunState> LENGTHY_STATES =
            Set.copyOf(EnumSet.of(RunState.PLANNING, RunState.VERIFYING, RunState.ROLLING_BACK));

    private static final String FOLLOW = """
            UPDATE godwit.run
               SET phase = 'tail', proof = NULL, updated_at = clock_timestamp()
             WHERE id = $1
            """;

    /** What has been proved is that all that was visible then has been applied; what comes is not proved yet. */
    private static final String VERIFY = """
            UPDATE godwit.run
               SET phase = 'verify', caught_up = (proof ->> 'snapshot')::pg_snapshot, proof = NULL, updated_at = clock_timestamp()
             WHERE id = $1
            """;

    /** Back to where the present part of a rollback begins, which cuts its chunks in the tables as they are now. */
    private static final String ROLL_BACK_ANEW = """
            WITH closed AS (
                UPDATE godwit.chunk
                   SET state = 'done'
                 WHERE run_id = $1
                   AND state = 'open')
            UPDATE godwit.run
               SET rescan = false, phase = CASE WHEN phase IN ('undone', 'unsweep') THEN 'undo' ELSE 'prepare' END
             WHERE id = $1
               AND state = 'rolling-back'
            """;

    private static final String UNDONE = """
            UPDATE godwit.run
               SET phase = 'undone', proof = jsonb_build_object('barrier', $2::text), updated_at = clock_timestamp()
             WHERE id = $1
               AND state = 'rolling-back'
            """;

    private static final String WAITS =
            "UPDATE godwit.run SET reason = $2 WHERE id = $1 AND reason IS DISTINCT FROM $2";

    private static final String WAITS_NO_LONGER =
            "UPDATE godwit.run SET reason = NULL WHERE id = $1 AND starts_with(reason, $2)";

    private final Runs runs;
    private final RunContexts contexts;
    private final Planning planning;
    private final Chunks chunks;
    private final Quota quota;
    private final Generations generations;
    private final Settling settling;
    private final Surroundings surroundings;
    private final Completion completion;
    private final Rescan rescan;
    private final Capture capture;

    @Inject
    RunSteps(
            Runs runs,
            RunContexts contexts,
            Planning planning,
            Chunks chunks,
            Quota quota,
            Generations generations,
            Settling settling,
            Surroundings surroundings,
            Completion completion,
            Rescan rescan,
            Capture capture) {
        this.runs = runs;
        this.contexts = contexts;
        this.planning = planning;
        this.chunks = chunks;
        this.quota = quota;
        this.generations = generations;
        this.settling = settling;
        this.surroundings = surroundings;
        this.completion = completion;
        this.rescan = rescan;
        this.capture = capture;
    }

    /** Whether the run's next step may take hours, since it reads whole tables in one statement. */
    static boolean isLengthy(Run run) {
        return LENGTHY.contains(run.phase()) && LENGTHY_STATES.contains(run.state());
    }

    /** Whether a run has not looked at its tables yet, and hears nothing of them: it can wait for its hours without anything waiting for it. */
    static boolean isYetToBegin(Run run) {
        return run.state() == RunState.PLANNING && run.phase().equals("prepare");
    }

    /** Does the next step of a run. */
    Uni<Void> step(Run run) {
        return switch (run.state()) {
            case PLANNING -> planning.step(run);
            case BACKFILLING -> backfilling(run);
            case FOLLOWING -> following(run);
            case VERIFYING -> completion.step(run);
            case CANCELLING -> cancelled(run);
            case ROLLING_BACK -> rollingBack(run);
            default -> Uni.createFrom().voidItem();
        };
    }

    private Uni<Void> backfilling(Run run) {
        if (run.rescan()) {
            return rescan(run);
        }
        return settling.drain(run).chain(() -> settling.whenChunksAreDone(run, () -> afterChunks(run)));
    }

    private Uni<Void> afterChunks(Run run) {
        if (!run.phase().equals("backfill")) {
            return follow(run);
        }
        return nextOfLimited(run).chain(more -> more ? Uni.createFrom().voidItem() : sweepOrFollow(run));
    }

    /** A run with a limit goes on to the next heap once nothing of the last one waits: what waits will use the limit up. */
    private Uni<Boolean> nextOfLimited(Run run) {
        if (run.limit().isEmpty()) {
            return Uni.createFrom().item(false);
        }
        return settling.nothingPending(run)
                .chain(idle -> idle ? cutNext(run) : Uni.createFrom().item(true));
    }

    private Uni<Boolean> cutNext(Run run) {
        return contexts.of(run)
                .chain(context -> runs.inTransaction(
                        run, connection -> quota.cutNext(connection, run, context, run.generation())))
                .call(more -> more
                        ? chunks.enqueue(run.id(), run.generation())
                        : Uni.createFrom().voidItem());
    }

    private Uni<Void> sweepOrFollow(Run run) {
        return contexts.of(run)
                .chain(context -> context.operation().sweptInBackfill().isEmpty()
                        ? follow(run)
                        : generations.next(
                                run,
                                "sweep",
                                (connection, next, generation) -> chunks.cutSweep(
                                        connection,
                                        next,
                                        Kind.SWEEP,
                                        generation,
                                        next.operation().sweptInBackfill())));
    }

    private Uni<Void> follow(Run run) {
        return runs.transition(
                        run,
                        RunState.BACKFILLING,
                        RunState.FOLLOWING,
                        Optional.empty(),
                        connection -> enter(connection, run, FOLLOW))
                .replaceWithVoid();
    }

    /** What was lost between the lanes is found by reading the table once more; what is right already is left alone. */
    private Uni<Void> rescan(Run run) {
        LOG.infof("Run %s scans its tables once more", run.id());
        return generations.next(
                run, "backfill", (connection, next, generation) -> rescan.cut(connection, run, next, generation));
    }

    private Uni<Void> following(Run run) {
        if (run.rescan()) {
            return runs.transition(
                            run,
                            RunState.BACKFILLING,
                            Optional.of("changes were lost: the tables are scanned once more"))
                    .replaceWithVoid();
        }
        if (run.followsOn() && !run.verifyAsked()) {
            return settling.drain(run).chain(() -> settling.mustHear(run));
        }
        return settling.drain(run)
                .chain(() -> settling.nothingPending(run))
                .chain(idle -> idle
                        ? settling.whenCaughtUp(run, () -> verify(run))
                        : Uni.createFrom().voidItem());
    }

    private Uni<Void> verify(Run run) {
        return runs.transition(
                        run,
                        RunState.FOLLOWING,
                        RunState.VERIFYING,
                        Optional.empty(),
                        connection -> enter(connection, run, VERIFY))
                .replaceWithVoid();
    }

    /** Batches in hand have ended when the fence could be taken. A plan listens to nothing, and must not make a run deaf that does. */
    private Uni<Void> cancelled(Run run) {
        return surroundings
                .known(run)
                .chain(context -> runs.transition(
                        run, RunState.CANCELLING, RunState.CANCELLED, Optional.empty(), connection -> Requests.leave(
                                        connection, run)
                                .chain(() -> surroundings.close(connection, run, context, RunState.CANCELLED))))
                .chain(() -> surroundings.leave(run));
    }

    private Uni<Void> rollingBack(Run run) {
        if (run.rescan()) {
            return runs.execute(ROLL_BACK_ANEW, run.id()).replaceWithVoid();
        }
        return switch (run.phase()) {
            case "undo" -> settling.whenChunksAreDone(run, () -> undone(run));
            case "undone" -> unsweepAfterOlder(run);
            case "unsweep" -> settling.whenChunksAreDone(run, () -> restoreOrEnd(run));
            case "restore" -> contexts.of(run).chain(context -> restore(run, context));
            default ->
                generations.next(run, "undo", (connection, next, generation) -> surroundings
                        .reopen(connection, next)
                        .chain(() -> chunks.cutUndo(connection, next, generation)));
        };
    }

    private Uni<Void> undone(Run run) {
        return contexts.of(run)
                .chain(context -> context.operation().swept().isEmpty()
                        ? restoreOrEnd(run)
                        : capture.barrier(Optional.empty())
                                .chain(xid -> runs.execute(UNDONE, run.id(), xid))
                                .replaceWithVoid());
    }

    /** Whoever was in the middle of a transaction may yet refer to an entity by the key that it no longer has; nobody listens by now. */
    private Uni<Void> unsweepAfterOlder(Run run) {
        String barrier = run.proof().orElseThrow().getString("barrier");
        return capture.waitingFor(Optional.empty(), barrier)
                .chain(waiting -> waiting.isPresent()
                        ? runs.execute(WAITS, run.id(), waiting.get()).replaceWithVoid()
                        : runs.execute(WAITS_NO_LONGER, run.id(), Capture.WAITS_FOR_OLDER)
                                .chain(() -> unsweep(run)));
    }

    private Uni<Void> unsweep(Run run) {
        return generations.next(
                run,
                "unsweep",
                (connection, next, generation) -> chunks.cutSweep(
                        connection,
                        next,
                        Kind.UNSWEEP,
                        generation,
                        next.operation().swept()));
    }

    private Uni<Void> restoreOrEnd(Run run) {
        return contexts.of(run)
                .chain(context -> context.operation().constraint().isPresent()
                        ? runs.setPhase(run, "restore")
                        : rolledBack(run, context, Optional.empty()));
    }

    /** The constraint comes back where the rows let it; none named although there were some means that they have gone, and it is tried again. */
    private Uni<Void> restore(Run run, RunContext context) {
        return surroundings
                .restore(context)
                .chain(held -> held.filter(Violations::isEmpty).isPresent()
                        ? Uni.createFrom().voidItem()
                        : rolledBack(
                                run,
                                context,
                                held.map(rows -> "constraint " + rows.constraint()
                                        + " still allows both forms, because of " + rows.describe())));
    }

    private Uni<Void> rolledBack(Run run, RunContext context, Optional<String> reason) {
        return runs.transition(
                        run,
                        RunState.ROLLING_BACK,
                        RunState.ROLLED_BACK,
                        reason,
                        connection -> surroundings.close(connection, run, Optional.of(context), RunState.ROLLED_BACK))
                .chain(() -> surroundings.leave(run));
    }

    private static Uni<Void> enter(SqlConnection connection, Run run, String sql) {
        return connection.preparedQuery(sql).execute(Tuple.of(run.id())).replaceWithVoid();
    }
}
