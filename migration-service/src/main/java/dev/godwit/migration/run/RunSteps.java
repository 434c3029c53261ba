package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.tail.PendingKeys;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** What a run does next, by its state and phase. Every step is short or bounded, and may be repeated. */
@ApplicationScoped
class RunSteps {

    private static final Logger LOG = Logger.getLogger(RunSteps.class);
    private static final Duration DRAIN_FOR = Duration.ofSeconds(2);

    /** Verification that finds something every time has found a writer that undoes the migration: go on by hand. */
    private static final int ROUNDS_MAX = 100;

    private static final String SET_PHASE = """
            UPDATE godwit.run
               SET phase = $2, updated_at = clock_timestamp()
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
               SET rescan = false, phase = CASE phase WHEN 'unsweep' THEN 'undo' ELSE 'prepare' END
             WHERE id = $1
               AND state = 'rolling-back'
            """;

    private static final String SET_PROOF = """
            UPDATE godwit.run
               SET proof = $2
             WHERE id = $1
            """;

    /** Zero rows: since the proof was made, a gap was found or keys came to wait. */
    private static final String SET_AS_OF = """
            UPDATE godwit.run
               SET as_of = ($2::text)::pg_lsn, verification = $3
             WHERE id = $1
               AND NOT rescan
               AND NOT EXISTS (SELECT FROM godwit.pending_key WHERE run_id = $1)
            """;

    private static final String PENDING = "SELECT EXISTS (SELECT FROM godwit.pending_key WHERE run_id = $1) AS pending";

    private final Runs runs;
    private final RunContexts contexts;
    private final Planning planning;
    private final Chunks chunks;
    private final PendingKeys pendingKeys;
    private final CaughtUp caughtUp;
    private final Capture capture;
    private final Verification verification;
    private final Rescan rescan;

    @Inject
    RunSteps(
            Runs runs,
            RunContexts contexts,
            Planning planning,
            Chunks chunks,
            PendingKeys pendingKeys,
            CaughtUp caughtUp,
            Capture capture,
            Verification verification,
            Rescan rescan) {
        this.runs = runs;
        this.contexts = contexts;
        this.planning = planning;
        this.chunks = chunks;
        this.pendingKeys = pendingKeys;
        this.caughtUp = caughtUp;
        this.capture = capture;
        this.verification = verification;
        this.rescan = rescan;
    }

    /** Does the next step of a run. */
    Uni<Void> step(Run run) {
        return switch (run.state()) {
            case PLANNING -> planning.step(run);
            case BACKFILLING -> backfilling(run);
            case FOLLOWING -> following(run);
            case VERIFYING -> verifying(run);
            case CANCELLING -> cancelled(run);
            case ROLLING_BACK -> rollingBack(run);
            default -> Uni.createFrom().voidItem();
        };
    }

    private Uni<Void> backfilling(Run run) {
        if (run.rescan()) {
            return rescan(run);
        }
        return drain(run)
                .chain(() -> whenChunksAreDone(run, () -> {
                    if (run.phase().equals("backfill")) {
                        return contexts.of(run)
                                .chain(context ->
                                        context.operation().sweptInBackfill().isEmpty()
                                                ? follow(run)
                                                : nextGeneration(
                                                        run,
                                                        "sweep",
                                                        (connection, generation) -> chunks.cutSweep(
                                                                connection,
                                                                context,
                                                                Kind.SWEEP,
                                                                generation,
                                                                context.operation()
                                                                        .sweptInBackfill())));
                    }
                    return follow(run);
                }));
    }

    private Uni<Void> follow(Run run) {
        return runs.transition(
                        run, RunState.BACKFILLING, RunState.FOLLOWING, Optional.empty(), c -> setPhase(c, run, "tail"))
                .replaceWithVoid();
    }

    /** What was lost between the lanes is found by reading the table once more; what is right already is left alone. */
    private Uni<Void> rescan(Run run) {
        LOG.infof("Run %s scans its tables once more", run.id());
        return contexts.of(run)
                .chain(context -> nextGeneration(
                        run, "backfill", (connection, generation) -> rescan.cut(connection, run, context, generation)));
    }

    private Uni<Void> following(Run run) {
        if (run.rescan()) {
            return runs.transition(
                            run,
                            RunState.BACKFILLING,
                            Optional.of("changes were lost: the tables are scanned once more"))
                    .replaceWithVoid();
        }
        if (run.follow() && !run.completeAsked()) {
            return drain(run);
        }
        return drain(run)
                .chain(() -> nothingPending(run))
                .chain(idle -> idle
                        ? prove(
                                run,
                                () -> whenNothingIsPending(run, () -> runs.transition(
                                                run,
                                                RunState.FOLLOWING,
                                                RunState.VERIFYING,
                                                Optional.empty(),
                                                connection -> clearProof(connection, run, "verify"))
                                        .replaceWithVoid()))
                        : Uni.createFrom().voidItem());
    }

    private Uni<Void> verifying(Run run) {
        if (run.rescan()) {
            return backToFollowing(run, "changes were lost");
        }
        return switch (run.phase()) {
            case "verify" ->
                contexts.of(run)
                        .chain(context -> nextGeneration(
                                run,
                                "scan",
                                (connection, generation) -> verification.cut(connection, context, run, generation)));
            case "scan" -> drain(run).chain(() -> whenChunksAreDone(run, () -> judge(run)));
            default ->
                drain(run)
                        .chain(() -> nothingPending(run))
                        .chain(idle -> idle
                                ? prove(run, () -> whenNothingIsPending(run, () -> complete(run)))
                                : backToFollowing(run, "entities came while verifying"));
        };
    }

    private Uni<Void> judge(Run run) {
        return chunks.found(run.id(), run.generation()).chain(found -> {
            if (found.total() == 0) {
                return runs.execute(SET_PHASE, run.id(), "prove").replaceWithVoid();
            }
            String what = "verification found " + found.total() + " differences and repaired them";
            LOG.infof("Run %s: %s; it verifies again", run.id(), what);
            return backToFollowing(run, what);
        });
    }

    private Uni<Void> backToFollowing(Run run, String reason) {
        if (run.rounds() >= ROUNDS_MAX) {
            return runs.fail(run.id(), reason + ", again and again: something undoes what the migration does")
                    .replaceWithVoid();
        }
        return runs.transition(
                        run, RunState.VERIFYING, RunState.FOLLOWING, Optional.of(reason), connection -> clearProof(
                                        connection, run, "tail")
                                .chain(() -> connection
                                        .preparedQuery("UPDATE godwit.run SET rounds = rounds + 1 WHERE id = $1")
                                        .execute(Tuple.of(run.id())))
                                .replaceWithVoid())
                .replaceWithVoid();
    }

    private Uni<Void> complete(Run run) {
        return contexts.of(run)
                .chain(context -> verification.check(context, run).chain(checks -> end(run, context, checks)))
                .onFailure(ChangedMeanwhileException.class)
                .recoverWithUni(changed -> Uni.createFrom().voidItem());
    }

    private Uni<Void> end(Run run, RunContext context, JsonObject checks) {
        String lsn = run.proof().map(proof -> proof.getString("lsn")).orElse(null);
        Optional<String> failed = Verification.failure(checks);
        RunState end = failed.isPresent() ? RunState.FAILED : RunState.COMPLETED;
        return runs.transition(run, RunState.VERIFYING, end, failed, connection -> connection
                        .preparedQuery(SET_AS_OF)
                        .execute(Tuple.of(run.id(), lsn, checks))
                        .invoke(rows -> {
                            if (rows.rowCount() == 0) {
                                throw new ChangedMeanwhileException();
                            }
                        })
                        .chain(() -> failed.isPresent()
                                ? clearProof(connection, run, "verify")
                                : capture.close(connection, context)))
                .replaceWithVoid();
    }

    /** Takes a transition back that the facts have overtaken; the next step looks again. */
    private static final class ChangedMeanwhileException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    /** Batches in hand have ended when the fence could be taken. */
    private Uni<Void> cancelled(Run run) {
        return contexts.of(run)
                .chain(context -> runs.transition(
                        run,
                        RunState.CANCELLING,
                        RunState.CANCELLED,
                        Optional.empty(),
                        connection -> capture.close(connection, context)))
                .replaceWithVoid();
    }

    private Uni<Void> rollingBack(Run run) {
        if (run.rescan()) {
            return runs.execute(ROLL_BACK_ANEW, run.id()).replaceWithVoid();
        }
        return switch (run.phase()) {
            case "undo", "unsweep" ->
                whenChunksAreDone(run, () -> contexts.of(run).chain(context -> {
                    boolean sweep = run.phase().equals("undo")
                            && !context.operation().swept().isEmpty();
                    return sweep
                            ? nextGeneration(
                                    run,
                                    "unsweep",
                                    (connection, generation) -> chunks.cutSweep(
                                            connection,
                                            context,
                                            Kind.UNSWEEP,
                                            generation,
                                            context.operation().swept()))
                            : runs.transition(
                                            run,
                                            RunState.ROLLING_BACK,
                                            RunState.ROLLED_BACK,
                                            Optional.empty(),
                                            connection -> capture.close(connection, context))
                                    .replaceWithVoid();
                }));
            default ->
                contexts.of(run)
                        .chain(context -> nextGeneration(
                                run,
                                "undo",
                                (connection, generation) -> chunks.cutUndo(connection, context, generation)));
        };
    }

    private Uni<Void> prove(Run run, Supplier<Uni<Void>> then) {
        if (run.proof().isEmpty()) {
            return caughtUp.begin()
                    .chain(proof -> runs.execute(SET_PROOF, run.id(), proof))
                    .replaceWithVoid();
        }
        JsonObject proof = run.proof().get();
        return caughtUp.proceed(proof, run.firstHeartbeat()).chain(verdict -> switch (verdict) {
            case CAUGHT_UP -> then.get();
            case NOT_YET -> runs.execute(SET_PROOF, run.id(), proof).replaceWithVoid();
            case LOST ->
                runs.execute("UPDATE godwit.run SET rescan = true, proof = NULL WHERE id = $1", run.id())
                        .replaceWithVoid();
        });
    }

    /** The tail may have put keys aside while the proof was made: they are worked off first. */
    private Uni<Void> whenNothingIsPending(Run run, Supplier<Uni<Void>> then) {
        return nothingPending(run)
                .chain(idle -> idle ? then.get() : Uni.createFrom().voidItem());
    }

    private Uni<Boolean> nothingPending(Run run) {
        return runs.execute(PENDING, run.id())
                .map(rows -> !rows.iterator().next().getBoolean("pending"));
    }

    /** Works off waiting keys for a while. */
    private Uni<Void> drain(Run run) {
        return contexts.of(run).chain(context -> drain(context, true).chain(() -> drain(context, false)));
    }

    private Uni<Void> drain(RunContext context, boolean requested) {
        Instant until = Instant.now().plus(DRAIN_FOR);
        return Multi.createBy()
                .repeating()
                .uni(() -> pendingKeys.drain(context, requested))
                .whilst(worked -> worked && Instant.now().isBefore(until))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> whenChunksAreDone(Run run, Supplier<Uni<Void>> then) {
        return chunks.open(run.id(), run.generation())
                .chain(open -> open == 0 ? then.get() : chunks.sweepIdle(run.id(), run.generation()));
    }

    /** Cuts in one transaction with the new generation, then fills the queue; a crash in between is mended by the sweeper of idle chunks. */
    private Uni<Void> nextGeneration(Run run, String phase, Cut cut) {
        return runs.inTransaction(connection ->
                        chunks.begin(connection, run.id(), phase).call(generation -> cut.apply(connection, generation)))
                .chain(generation -> chunks.enqueue(run.id(), generation));
    }

    /** Cuts the chunks of a generation. */
    private interface Cut {
        Uni<Void> apply(SqlConnection connection, int generation);
    }

    private static Uni<Void> setPhase(SqlConnection connection, Run run, String phase) {
        return connection
                .preparedQuery(SET_PHASE)
                .execute(Tuple.of(run.id(), phase))
                .replaceWithVoid();
    }

    private static Uni<Void> clearProof(SqlConnection connection, Run run, String phase) {
        return connection
                .preparedQuery("UPDATE godwit.run SET proof = NULL, phase = $2 WHERE id = $1")
                .execute(Tuple.of(run.id(), phase))
                .replaceWithVoid();
    }
}
