package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.constraint.Violations;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * A verifying run: its tables are scanned once more, being caught up is proved once more, and then every check must hold. A run that only was asked to verify goes on
 * listening whatever was found; any other is completed as of the proof's LSN, or has failed.
 */
@ApplicationScoped
class Completion {

    private static final Logger LOG = Logger.getLogger(Completion.class);

    /** Verification that finds something every time has found a writer that undoes the migration: go on by hand. */
    private static final int ROUNDS_MAX = 100;

    private static final String BACK = """
            UPDATE godwit.run
               SET proof = NULL, phase = 'tail', rounds = rounds + 1
             WHERE id = $1
            """;

    /** The next verification begins anew, with the scan. */
    private static final String ANSWERED = """
            UPDATE godwit.run
               SET verify_asked = false, rounds = 0, proof = NULL, phase = $2, verification = $3
             WHERE id = $1
            """;

    private static final String AS_OF = """
            UPDATE godwit.run
               SET as_of = ($2::text)::pg_lsn, verification = $3, verify_asked = false
             WHERE id = $1
            """;

    /** No rows: since the proof was made, a gap was found or keys came to wait. */
    private static final String STILL_PROVED = """
            SELECT
              FROM godwit.run
             WHERE id = $1
               AND NOT rescan
               AND NOT EXISTS (SELECT FROM godwit.pending_key WHERE run_id = $1)
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final Chunks chunks;
    private final Generations generations;
    private final Settling settling;
    private final Surroundings surroundings;
    private final Verification verification;
    private final SecondLook secondLook;

    @Inject
    Completion(
            Runs runs,
            RunContexts contexts,
            Chunks chunks,
            Generations generations,
            Settling settling,
            Surroundings surroundings,
            Verification verification,
            SecondLook secondLook) {
        this.runs = runs;
        this.contexts = contexts;
        this.chunks = chunks;
        this.generations = generations;
        this.settling = settling;
        this.surroundings = surroundings;
        this.verification = verification;
        this.secondLook = secondLook;
    }

    /** The next step of a verifying run. */
    Uni<Void> step(Run run) {
        if (run.rescan()) {
            return backToFollowing(run, "changes were lost");
        }
        return switch (run.phase()) {
            case "verify" -> scan(run);
            case "scan" -> settling.drain(run).chain(() -> settling.whenChunksAreDone(run, () -> judge(run)));
            case "constrain" -> constrain(run);
            case "check" -> check(run);
            default -> prove(run);
        };
    }

    private Uni<Void> scan(Run run) {
        return generations.next(run, "scan", (connection, context, generation) -> secondLook
                .forget(connection, run.id())
                .chain(() -> verification.cut(connection, context, run, generation)));
    }

    private Uni<Void> judge(Run run) {
        return chunks.found(run.id(), run.generation()).chain(found -> {
            if (found.total() == 0) {
                return contexts.of(run)
                        .chain(context ->
                                runs.setPhase(run, Surroundings.hasConstraint(run, context) ? "constrain" : "prove"));
            }
            return repaired(run, found.total());
        });
    }

    private Uni<Void> repaired(Run run, long differences) {
        String what = "verification found " + differences + " differences and repaired them";
        LOG.infof("Run %s: %s; it verifies again", run.id(), what);
        return backToFollowing(run, what);
    }

    private Uni<Void> prove(Run run) {
        return whenIdle(run, () -> settling.whenCaughtUp(run, () -> lookAgain(run)));
    }

    /** What the scan suspected is judged behind the proof, which was begun after the scan. */
    private Uni<Void> lookAgain(Run run) {
        return contexts.of(run).chain(secondLook::at).chain(suspects -> {
            if (suspects.open() > 0) {
                return Uni.createFrom().voidItem();
            }
            return suspects.found() > 0 ? repaired(run, suspects.found()) : runs.setPhase(run, "check");
        });
    }

    private Uni<Void> whenIdle(Run run, Supplier<Uni<Void>> then) {
        return settling.drain(run)
                .chain(() -> settling.nothingPending(run))
                .chain(idle -> idle ? then.get() : backToFollowing(run, "entities came while verifying"));
    }

    /** From here on the application writes the new form only; what it wrote before is caught up with once more, and then all rows are checked. */
    private Uni<Void> constrain(Run run) {
        return whenIdle(run, () -> contexts.of(run)
                .chain(surroundings::narrow)
                .chain(held -> held.isPresent() ? hindered(run, held.get()) : runs.setPhase(run, "prove")));
    }

    private Uni<Void> hindered(Run run, Violations rows) {
        if (rows.isEmpty() || rows.arePending()) {
            return backToFollowing(run, "rows of the former form came while verifying");
        }
        JsonObject checks = Verification.hindered(rows);
        return leave(
                run,
                RunState.FAILED,
                Verification.failure(checks),
                connection -> answered(connection, run, "verify", checks));
    }

    private Uni<Void> check(Run run) {
        return contexts.now(run)
                .chain(context -> verification
                        .isWhole(context, run)
                        .chain(whole -> whole
                                ? check(run, context)
                                : backToFollowing(run, "partitions were attached while verifying")))
                .onFailure(ProofOvertakenException.class)
                .recoverWithUni(overtaken -> runs.setPhase(run, "prove"));
    }

    private Uni<Void> check(Run run, RunContext context) {
        return surroundings
                .validate(context)
                .chain(held -> held.isPresent()
                        ? hindered(run, held.get())
                        : verification.check(context, run).chain(checks -> end(run, context, checks)));
    }

    private Uni<Void> end(Run run, RunContext context, JsonObject checks) {
        String lsn = run.proof().map(proof -> proof.getString("lsn")).orElse(null);
        Optional<String> failure = Verification.failure(checks);
        if (run.followsOn()) {
            Optional<String> reason = failure.or(() -> Optional.of("verified as of " + lsn + ": every check holds"));
            return leave(run, RunState.FOLLOWING, reason, connection -> stillProved(connection, run)
                    .chain(() -> answered(connection, run, "tail", checks)));
        }
        if (failure.isPresent()) {
            return leave(run, RunState.FAILED, failure, connection -> stillProved(connection, run)
                    .chain(() -> answered(connection, run, "verify", checks)));
        }
        return leave(run, RunState.COMPLETED, Optional.empty(), connection -> stillProved(connection, run)
                        .chain(() -> connection.preparedQuery(AS_OF).execute(Tuple.of(run.id(), lsn, checks)))
                        .chain(() -> surroundings.close(connection, run, Optional.of(context), RunState.COMPLETED)))
                .chain(() -> surroundings.leave(run));
    }

    private static Uni<Void> stillProved(SqlConnection connection, Run run) {
        return connection
                .preparedQuery(STILL_PROVED)
                .execute(Tuple.of(run.id()))
                .invoke(rows -> {
                    if (rows.size() == 0) {
                        throw new ProofOvertakenException();
                    }
                })
                .replaceWithVoid();
    }

    /** Takes a transition back that the facts have overtaken. */
    private static final class ProofOvertakenException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    private Uni<Void> backToFollowing(Run run, String reason) {
        if (run.rounds() >= ROUNDS_MAX) {
            return giveUp(run, reason + ", again and again: something undoes what the migration does");
        }
        return leave(run, RunState.FOLLOWING, Optional.of(reason), connection -> connection
                .preparedQuery(BACK)
                .execute(Tuple.of(run.id()))
                .replaceWithVoid());
    }

    /** A run that follows on does so; any other begins anew with the scan when it is resumed. */
    private Uni<Void> giveUp(Run run, String reason) {
        RunState to = run.followsOn() ? RunState.FOLLOWING : RunState.FAILED;
        String phase = run.followsOn() ? "tail" : "verify";
        return verification
                .scanned(run)
                .map(checks -> new JsonObject().put("checks", checks))
                .chain(found ->
                        leave(run, to, Optional.of(reason), connection -> answered(connection, run, phase, found)));
    }

    private static Uni<Void> answered(SqlConnection connection, Run run, String phase, JsonObject checks) {
        return connection
                .preparedQuery(ANSWERED)
                .execute(Tuple.of(run.id(), phase, checks))
                .replaceWithVoid();
    }

    private Uni<Void> leave(Run run, RunState to, Optional<String> reason, Function<SqlConnection, Uni<Void>> also) {
        return runs.transition(run, RunState.VERIFYING, to, reason, also).replaceWithVoid();
    }
}
