package dev.godwit.migration.run;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.batch.Home;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.OutcomeStream;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.run.StatementJournal.Next;
import dev.godwit.migration.script.ScriptStatement;
import dev.godwit.migration.sql.AdvisoryLock;
import dev.godwit.migration.sql.ScriptSessions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executes statements of a script: what can, in one transaction with the journal, the run's state and the outcome event; what cannot, between two such transactions.
 *
 * <p>Exactly once: one session at a time works on a run's script, by an advisory lock that dies with it, and what is done is read under that lock. Nothing is acknowledged
 * from memory: whoever comes after a dead worker reads the journal and, for what no transaction covers, the catalog.
 *
 * <p>Failure semantics: a failure of a statement is a {@link StatementFailedException}; an {@link OvertakenException} says that the run went elsewhere, an
 * {@link AnotherDatabaseException} that the database is not the run's, and nothing was done.
 */
@ApplicationScoped
class ScriptWork {

    /** Class of the advisory locks by which one session works on a run's script. */
    static final int SCRIPT = 24748;

    private static final String STATE = "SELECT state FROM godwit.run WHERE id = $1";
    private static final String NUMBER = "SELECT nextval('godwit.batch_number') AS number";
    private static final String FORGET_REASON =
            "UPDATE godwit.run SET reason = NULL WHERE id = $1 AND reason IS NOT NULL";

    private final Runs runs;
    private final ScriptSessions sessions;

    @Inject
    ScriptWork(Runs runs, ScriptSessions sessions) {
        this.runs = runs;
        this.sessions = sessions;
    }

    /**
     * What is to be executed together.
     *
     * @param last whether nothing of the script is left after it
     */
    record Piece(Run run, RunContext context, Direction direction, List<ScriptStatement> statements, boolean last) {

        ScriptStatement first() {
            return statements.get(0);
        }

        RunOnce once() {
            return context.operation().runOnce().orElseThrow();
        }

        ScriptOwner owner() {
            return new ScriptOwner(once().owner());
        }

        /** The state in which the run's script may be worked on. */
        RunState state() {
            return direction == Direction.UP ? RunState.BACKFILLING : RunState.ROLLING_BACK;
        }

        private RunState next() {
            return direction == Direction.UP ? RunState.FOLLOWING : RunState.ROLLED_BACK;
        }
    }

    /** The run is in another state than when the work was begun, or somebody else has done it. */
    static final class OvertakenException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        OvertakenException() {
            super("overtaken", null, false, false);
        }
    }

    /** PostgreSQL refused a statement. */
    static final class StatementFailedException extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private final transient ScriptStatement statement;

        StatementFailedException(ScriptStatement statement, Throwable cause) {
            super(cause.getMessage(), cause, false, false);
            this.statement = statement;
        }

        ScriptStatement statement() {
            return statement;
        }
    }

    /** Does the piece, unless somebody else is at it or it is done. */
    Uni<Void> perform(Piece piece) {
        return piece.first().concurrent().isPresent() ? alone(piece) : together(piece);
    }

    private Uni<Void> together(Piece piece) {
        var patience = piece.once().patience();
        return sessions.inTransaction(patience.lockTimeout(), patience.statementTimeout(), connection -> lock(piece)
                .tryForTransaction(connection)
                .chain(mine ->
                        mine ? expected(connection, piece) : Uni.createFrom().item(Optional.empty()))
                .chain(next -> next.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : enter(connection, piece, true)
                                .chain(() -> piece.owner().does(connection, () -> executeAll(connection, piece)))
                                .chain(() -> finish(connection, piece, kind(piece)))));
    }

    private static OutcomeKind kind(Piece piece) {
        return piece.direction() == Direction.UP ? OutcomeKind.MIGRATED : OutcomeKind.REVERTED;
    }

    private static AdvisoryLock lock(Piece piece) {
        return new AdvisoryLock(SCRIPT, piece.run().serial());
    }

    /** Read under the lock and before anything is sent: empty when the piece is not what is to be done now. */
    private static Uni<Optional<Next>> expected(SqlConnection connection, Piece piece) {
        return Home.mustBeHere(connection, piece.run().id())
                .chain(() -> StatementJournal.next(connection, piece.run().id(), piece.direction()))
                .map(next ->
                        next.filter(found -> found.number() == piece.first().number()));
    }

    /** The definition's settings hold for its statements. */
    private static Uni<Void> enter(SqlConnection connection, Piece piece, boolean local) {
        return Multi.createFrom()
                .iterable(piece.context().definition().session().entrySet())
                .onItem()
                .transformToUniAndConcatenate(setting -> set(connection, setting, local))
                .onItem()
                .ignoreAsUni();
    }

    private static Uni<Void> set(SqlConnection connection, Map.Entry<String, String> setting, boolean local) {
        return connection
                .preparedQuery("SELECT set_config($1, $2, $3)")
                .execute(Tuple.of(setting.getKey(), setting.getValue(), local))
                .replaceWithVoid();
    }

    private static Uni<Void> executeAll(SqlConnection connection, Piece piece) {
        String timeout = "SET LOCAL lock_timeout = "
                + piece.once().patience().lockTimeout().toMillis();
        return Multi.createFrom()
                .iterable(piece.statements())
                .onItem()
                .transformToUniAndConcatenate(
                        statement -> connection.query(timeout).execute().chain(() -> execute(connection, statement)))
                .onItem()
                .ignoreAsUni();
    }

    /** By the extended protocol, which takes one statement and no more: PostgreSQL itself would refuse two that were taken for one. */
    private static Uni<Void> execute(SqlConnection connection, ScriptStatement statement) {
        return connection
                .preparedQuery(statement.sql().text())
                .execute()
                .onFailure()
                .transform(failure -> new StatementFailedException(statement, failure))
                .replaceWithVoid();
    }

    /**
     * The last part of the transaction: the fence is taken only now, so that nobody who wants to pause or cancel the run waits for its statements. Whether the run still is
     * where it was decides whether they are committed.
     */
    private Uni<Void> finish(SqlConnection connection, Piece piece, OutcomeKind kind) {
        if (!piece.last()) {
            return mustStand(connection, piece)
                    .chain(() -> record(connection, piece, kind))
                    .chain(() -> connection
                            .preparedQuery(FORGET_REASON)
                            .execute(Tuple.of(piece.run().id())))
                    .replaceWithVoid();
        }
        return runs.transition(
                        connection,
                        piece.run(),
                        piece.state(),
                        piece.next(),
                        Optional.empty(),
                        same -> record(same, piece, kind))
                .invoke(moved -> {
                    if (!moved) {
                        throw new OvertakenException();
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<Void> mustStand(SqlConnection connection, Piece piece) {
        return Fence.shared(connection, piece.run().serial())
                .chain(() -> connection
                        .preparedQuery(STATE)
                        .execute(Tuple.of(piece.run().id())))
                .invoke(rows -> {
                    boolean stands = rows.size() > 0
                            && piece.state()
                                    .wireName()
                                    .equals(rows.iterator().next().getString("state"));
                    if (!stands) {
                        throw new OvertakenException();
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<Void> record(SqlConnection connection, Piece piece, OutcomeKind kind) {
        return connection
                .query(NUMBER)
                .execute()
                .map(rows -> rows.iterator().next().getLong("number"))
                .chain(number -> StatementJournal.done(
                                connection, piece.run().id(), piece.direction(), piece.statements(), number, kind)
                        .chain(() -> tell(connection, piece, kind, number)));
    }

    /** Tells of each statement what became of it or, in a plan, what would. Joins the caller's transaction. */
    static Uni<Void> tell(SqlConnection connection, Piece piece, OutcomeKind kind, long number) {
        String migration = piece.run().migration();
        List<Outcome> outcomes = piece.statements().stream()
                .map(statement -> Outcome.of(
                                piece.context().rootName(),
                                RunOnce.key(migration, piece.direction(), statement.number()),
                                kind)
                        .explained(statement.sql().label()))
                .toList();
        boolean up = piece.direction() == Direction.UP;
        Batches.Place place = new Batches.Place(
                up ? Lane.BACKFILL : Lane.ROLLBACK,
                "script-" + piece.direction().wireName(),
                Optional.empty(),
                EnumSet.of(piece.state()));
        return new OutcomeStream(piece.context(), connection, place)
                .publish(BatchResult.NOTHING.with(outcomes), number, Optional.empty());
    }

    private Uni<Void> alone(Piece piece) {
        return sessions.outsideTransaction(connection -> lock(piece)
                .tryForSession(connection)
                .chain(mine ->
                        mine ? begin(connection, piece) : Uni.createFrom().item(Optional.<Next>empty()))
                .chain(next -> next.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : enter(connection, piece, false)
                                .chain(() -> work(piece)
                                        .perform(connection, next.get().begun()))
                                .onFailure(StatementFailedException.class)
                                .call(failure -> tidy(connection, piece))
                                .chain(did -> ScriptSessions.transaction(
                                        connection,
                                        () -> finish(connection, piece, did ? kind(piece) : OutcomeKind.UNCHANGED)))));
    }

    private static ConcurrentWork work(Piece piece) {
        return new ConcurrentWork(piece.first(), piece.owner());
    }

    private static Uni<Optional<Next>> begin(SqlConnection connection, Piece piece) {
        return ScriptSessions.transaction(connection, () -> mustStand(connection, piece)
                .chain(() -> expected(connection, piece))
                .call(next -> next.isEmpty() ? Uni.createFrom().voidItem() : mark(connection, piece, "begun")));
    }

    private static Uni<Void> mark(SqlConnection connection, Piece piece, String state) {
        return StatementJournal.mark(
                connection, piece.run().id(), piece.direction(), piece.first().number(), state);
    }

    /** Takes away what the statement has left half-done, so that it costs the application nothing while the run stands. */
    private static Uni<Void> tidy(SqlConnection connection, Piece piece) {
        return mark(connection, piece, "tidying")
                .chain(() -> work(piece).tidy(connection))
                .chain(() -> mark(connection, piece, "pending"));
    }

    /** The same for a statement whose session is gone; does nothing while somebody is at work on the script. */
    Uni<Void> tidy(Piece piece) {
        return sessions.outsideTransaction(connection -> lock(piece)
                .tryForSession(connection)
                .chain(mine -> mine
                        ? Home.mustBeHere(connection, piece.run().id())
                                .chain(() -> enter(connection, piece, false))
                                .chain(() -> tidy(connection, piece))
                        : Uni.createFrom().voidItem()));
    }
}
