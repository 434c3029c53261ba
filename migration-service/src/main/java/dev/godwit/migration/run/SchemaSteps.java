package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.ProvidedObjects;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.run.StatementJournal.Next;
import dev.godwit.migration.script.ScriptStatement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What a run of statements does next: the same states as any run, without chunks and without a tail. {@code backfilling} is the script, {@code following} is passed
 * through, {@code verifying} looks for what the migration provides.
 *
 * <p>A statement may last for hours, so no step waits for one: it is begun, and later steps see how it goes on. Every instance drives, one session at a time works.
 */
@ApplicationScoped
class SchemaSteps {

    /** The kind of the runs that are driven here, as definitions spell it. */
    private static final String KIND = "schema";

    /** As many as a run has states. */
    private static final int STEPS_MAX = 8;

    /** Scripts at work in this instance at the same time. */
    private static final int IN_HAND_MAX = 4;

    private static final String BEGUN = """
            UPDATE godwit.run
               SET phase = 'apply', started_lsn = pg_current_wal_insert_lsn(), entities_estimated = $2,
                   cluster = coalesce(cluster, (SELECT system_identifier FROM pg_control_system())), restore_point = godwit.restore_point('godwit-' || id)
             WHERE id = $1
            """;

    private static final String SET_PHASE =
            "UPDATE godwit.run SET phase = $2, updated_at = clock_timestamp() WHERE id = $1";

    private static final String VERIFIED = """
            UPDATE godwit.run
               SET as_of = pg_current_wal_insert_lsn(), verification = $2
             WHERE id = $1
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final PlanReports reports;
    private final Verification verification;
    private final ScriptWork work;
    private final ScriptTrouble trouble;
    private final Pool pool;
    private final Set<String> inHand = ConcurrentHashMap.newKeySet();

    @Inject
    SchemaSteps(
            Runs runs,
            RunContexts contexts,
            PlanReports reports,
            Verification verification,
            ScriptWork work,
            ScriptTrouble trouble,
            Pool pool) {
        this.runs = runs;
        this.contexts = contexts;
        this.reports = reports;
        this.verification = verification;
        this.work = work;
        this.trouble = trouble;
        this.pool = pool;
    }

    /** Whether the run is one of statements. */
    static boolean drives(Run run) {
        return run.operation().equals(KIND);
    }

    /** Does what is due of a run: as long as its state moves on there is a next step, which need not wait for the driver's next round. */
    Uni<Void> step(Run run) {
        return Multi.createBy()
                .repeating()
                .uni(() -> runs.find(run.id()).chain(found -> found.map(this::moves)
                        .orElseGet(() -> Uni.createFrom().item(false))))
                .whilst(moved -> moved)
                .select()
                .first(STEPS_MAX)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Boolean> moves(Run run) {
        return next(run).chain(() -> runs.find(run.id())).map(now -> now.filter(moved -> moved.state() != run.state())
                .isPresent());
    }

    private Uni<Void> next(Run run) {
        return contexts.of(run).chain(context -> switch (run.state()) {
            case PLANNING -> run.commit() ? begin(run, context) : plan(run, context);
            case BACKFILLING -> advance(run, context, Direction.UP);
            case FOLLOWING ->
                runs.transition(
                                run,
                                RunState.FOLLOWING,
                                RunState.VERIFYING,
                                Optional.empty(),
                                connection -> setPhase(connection, run, "verify"))
                        .replaceWithVoid();
            case VERIFYING -> verify(run, context);
            case CANCELLING -> cancel(run, context);
            case ROLLING_BACK -> back(run, context);
            default -> Uni.createFrom().voidItem();
        });
    }

    private static RunOnce once(RunContext context) {
        return context.operation().runOnce().orElseThrow();
    }

    private static Uni<Void> setPhase(SqlConnection connection, Run run, String phase) {
        return connection
                .preparedQuery(SET_PHASE)
                .execute(Tuple.of(run.id(), phase))
                .replaceWithVoid();
    }

    /** What a commit would do is told statement by statement, and none is sent. */
    private Uni<Void> plan(Run run, RunContext context) {
        List<ScriptStatement> up = once(context).up();
        Piece piece = new Piece(run, context, Direction.UP, up, true);
        return reports.complete(run, context)
                .map(report -> ScriptReport.add(report, once(context)))
                .chain(report -> runs.transition(
                        run, RunState.PLANNING, RunState.PLANNED, Optional.empty(), connection -> ScriptWork.tell(
                                        connection, piece, OutcomeKind.MIGRATED, 0)
                                .chain(() -> connection
                                        .preparedQuery("UPDATE godwit.run SET plan = $2, phase = '' WHERE id = $1")
                                        .execute(Tuple.of(run.id(), report)))
                                .replaceWithVoid()))
                .replaceWithVoid();
    }

    private Uni<Void> begin(Run run, RunContext context) {
        List<ScriptStatement> up = once(context).up();
        return runs.transition(
                        run,
                        RunState.PLANNING,
                        RunState.BACKFILLING,
                        Optional.empty(),
                        connection -> StatementJournal.write(connection, run.id(), Direction.UP, up)
                                .chain(() ->
                                        connection.preparedQuery(BEGUN).execute(Tuple.of(run.id(), (long) up.size())))
                                .replaceWithVoid())
                .replaceWithVoid();
    }

    private Uni<Void> advance(Run run, RunContext context, Direction direction) {
        return StatementJournal.next(pool, run.id(), direction).chain(next -> {
            if (next.isEmpty()) {
                return end(run, direction);
            }
            return next.get().due()
                    ? proceed(run, context, direction, next.get())
                    : Uni.createFrom().voidItem();
        });
    }

    /** Nothing was to be done, or the work is done although the run's state could not follow at once. */
    private Uni<Void> end(Run run, Direction direction) {
        RunState end = direction == Direction.UP ? RunState.FOLLOWING : RunState.ROLLED_BACK;
        return runs.transition(run, end, Optional.empty()).replaceWithVoid();
    }

    private Uni<Void> proceed(Run run, RunContext context, Direction direction, Next next) {
        if (inHand.contains(run.id())) {
            return next.begun() ? trouble.describe(run) : Uni.createFrom().voidItem();
        }
        List<ScriptStatement> script = once(context).script(direction);
        List<ScriptStatement> together = ScriptStatement.together(script, next.number());
        boolean last = together.get(together.size() - 1).number() == script.size();
        Piece piece = new Piece(run, context, direction, together, last);
        return trouble.worker(run).chain(worker -> {
            if (worker.isPresent()) {
                return trouble.describe(run);
            }
            inHand(run, work.perform(piece).onFailure().recoverWithUni(failure -> trouble.meet(piece, next, failure)));
            return Uni.createFrom().voidItem();
        });
    }

    /** Goes on by itself: the driver must not stand still for as long as an index is made. Whatever becomes of it is in the database. */
    private void inHand(Run run, Uni<Void> started) {
        if (inHand.size() >= IN_HAND_MAX || !inHand.add(run.id())) {
            return;
        }
        started.onTermination()
                .invoke(() -> inHand.remove(run.id()))
                .subscribe()
                .with(ignored -> {}, failure -> ScriptTrouble.log(run, failure));
    }

    private Uni<Void> verify(Run run, RunContext context) {
        return checks(context)
                .chain(checks -> {
                    Optional<String> failed = Verification.failure(checks);
                    return runs.transition(
                            run,
                            RunState.VERIFYING,
                            failed.isPresent() ? RunState.FAILED : RunState.COMPLETED,
                            failed,
                            connection -> connection
                                    .preparedQuery(VERIFIED)
                                    .execute(Tuple.of(run.id(), checks))
                                    .replaceWithVoid());
                })
                .replaceWithVoid();
    }

    private Uni<JsonObject> checks(RunContext context) {
        JsonArray checks = new JsonArray();
        return ProvidedObjects.look(pool, once(context).provides().objects().toList())
                .invoke(standings -> standings.forEach(standing -> checks.add(Verification.check(
                        standing.object() + " is there",
                        "present",
                        standing.state().name().toLowerCase(Locale.ROOT)))))
                .chain(() -> verification.journalAgrees(context))
                .invoke(checks::add)
                .chain(() -> verification.declared(context))
                .invoke(found -> found.forEach(checks::add))
                .replaceWith(() -> new JsonObject().put("checks", checks));
    }

    /** A statement outside transactions does not see that its run is cancelled: it is interrupted, and what it leaves is taken away, before the run is over. */
    private Uni<Void> cancel(Run run, RunContext context) {
        return interrupted(run, context, () -> runs.transition(run, RunState.CANCELLED, Optional.empty())
                .replaceWithVoid());
    }

    private Uni<Void> interrupted(Run run, RunContext context, Supplier<Uni<Void>> then) {
        return StatementJournal.unfinished(pool, run.id()).chain(open -> {
            if (open.isEmpty()) {
                return then.get();
            }
            return trouble.worker(run).chain(worker -> {
                if (worker.isPresent()) {
                    return open.get().tidying() ? Uni.createFrom().voidItem() : trouble.interrupt(worker.get());
                }
                ScriptStatement statement = once(context)
                        .script(open.get().direction())
                        .get(open.get().number() - 1);
                inHand(run, work.tidy(new Piece(run, context, open.get().direction(), List.of(statement), false)));
                return Uni.createFrom().voidItem();
            });
        });
    }

    /** Where nothing was begun, nothing is undone. */
    private Uni<Void> back(Run run, RunContext context) {
        if (run.phase().equals("undo")) {
            return advance(run, context, Direction.DOWN);
        }
        return runs.inTransaction(run, connection -> StatementJournal.hasBegun(connection, run.id())
                .chain(begun -> begun
                        ? StatementJournal.write(
                                connection,
                                run.id(),
                                Direction.DOWN,
                                once(context).script(Direction.DOWN))
                        : Uni.createFrom().voidItem())
                .chain(() -> setPhase(connection, run, "undo")));
    }
}
