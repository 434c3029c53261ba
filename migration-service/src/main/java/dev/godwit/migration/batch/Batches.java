package dev.godwit.migration.batch;

import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.sql.Pipeline;
import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The transaction of a batch: fence, lease, data change, journal, progress, outbox row and commit, or nothing at all.
 *
 * <p>Failure semantics: whatever fails, the whole batch is rolled back and the failure passed on; the caller decides about trying again. Idempotency: by the operation;
 * a batch that is run again finds nothing left to do.
 */
@ApplicationScoped
public class Batches {

    private static final String STATE = """
            SELECT state, nextval('godwit.batch_number') AS batch, %s AS home
              FROM godwit.run
             WHERE id = $1
            """.formatted(Home.IS_HERE);

    private static final String LOOK = """
            SELECT number, kind, relation, relation_oid::bigint AS relation_oid, relfilenode::bigint AS relfilenode,
                   from_block, to_block, cursor, state, epoch, remaining
              FROM godwit.chunk
             WHERE run_id = $1
               AND number = $2
            """;

    /** NOWAIT: somebody else holds the lease, so this message is a double. */
    private static final String LEASE = LOOK + "   FOR UPDATE NOWAIT";

    private static final String ADVANCE_CHUNK = """
            UPDATE godwit.chunk
               SET cursor = $3, state = CASE WHEN $4 THEN 'done' ELSE state END, remaining = $5, touched_at = clock_timestamp()
             WHERE run_id = $1
               AND number = $2
            """;

    static final String RECORD = """
            INSERT INTO godwit.batch (run_id, number, stream, lane, xid, undone)
            VALUES ($1, $2, $3, $4, pg_current_xact_id(), $4 = 'rollback')
            """;

    /** A batch of chunks that were cut before has nothing to tell of the tables as they are now. */
    private static final String RESCAN = """
            UPDATE godwit.run AS r
               SET rescan = true
             WHERE r.id = $1
               AND ($2::integer IS NULL
                    OR EXISTS (SELECT FROM godwit.chunk AS c WHERE c.run_id = r.id AND c.number = $2 AND c.generation = r.generation))
            """;

    private final WorkerSessions sessions;

    @Inject
    public Batches(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    /** The chunk whose lease a batch holds. */
    public record LeasedChunk(
            int number,
            String kind,
            String relation,
            long relationOid,
            long relfilenode,
            long fromBlock,
            long toBlock,
            long cursor,
            boolean done,
            int epoch,
            Optional<Long> remaining) {

        private static LeasedChunk fromRow(Row row) {
            return new LeasedChunk(
                    row.getInteger("number"),
                    row.getString("kind"),
                    row.getString("relation"),
                    row.getLong("relation_oid"),
                    row.getLong("relfilenode"),
                    row.getLong("from_block"),
                    row.getLong("to_block"),
                    row.getLong("cursor"),
                    "done".equals(row.getString("state")),
                    row.getInteger("epoch"),
                    Optional.ofNullable(row.getLong("remaining")));
        }
    }

    /** A batch whose fence and lease are held. */
    public record Opened(SqlConnection connection, long number, Optional<LeasedChunk> chunk) {}

    /**
     * What the work of a batch came to.
     *
     * @param cursor where the chunk stands now; empty for batches without chunk
     * @param chunkDone whether nothing of the chunk is left
     */
    public record Work(
            BatchResult result,
            Optional<Long> cursor,
            boolean chunkDone,
            Optional<Long> remaining,
            Optional<String> commandId) {

        /** Work outside a chunk. */
        public static Work of(BatchResult result) {
            return new Work(result, Optional.empty(), false, Optional.empty(), Optional.empty());
        }
    }

    /**
     * Where a batch runs.
     *
     * @param states the run states in which it may commit
     */
    public record Place(Lane lane, String stream, Optional<Integer> chunk, Set<RunState> states) {}

    /** How a batch ended. */
    public sealed interface Ended {
        /** It committed. */
        record Committed(Work work, Optional<LeasedChunk> chunk) implements Ended {}

        /** The run is in a state in which batches do not commit; nothing was done. */
        record Stopped(RunState state) implements Ended {}
    }

    /**
     * Runs one batch in its own transaction; for a plan, in one that cannot write, followed by one that takes the result down. A batch that found the tables changed leaves
     * the run with the request to scan them once more.
     */
    public Uni<Ended> run(RunContext run, Place place, Function<Opened, Uni<Work>> work) {
        return (run.commit()
                        ? commit(run, place, work)
                                .onFailure(Batches::mayBeDrift)
                                .recoverWithUni(failure -> look(run, place)
                                        .chain(() -> Uni.createFrom().failure(failure)))
                        : plan(run, place, work))
                .onFailure(ChangedTablesException.class)
                .call(() -> sessions.inTransaction(connection -> query(
                        connection, RESCAN, Tuple.of(run.runId(), place.chunk().orElse(null)))));
    }

    /** Statements that were compiled for other tables fail in many ways. */
    private static boolean mayBeDrift(Throwable failure) {
        ErrorClass error = PgErrors.classify(failure);
        return PgErrors.sqlState(failure).isPresent()
                && (error == ErrorClass.DATA || error == ErrorClass.STATEMENT || error == ErrorClass.OTHER);
    }

    private Uni<Void> look(RunContext run, Place place) {
        return sessions.inTransaction(connection -> Standing.mustHold(connection, run, place.lane()))
                .onFailure(failure -> !(failure instanceof ChangedTablesException))
                .recoverWithItem((Void) null);
    }

    private Uni<Ended> plan(RunContext run, Place place, Function<Opened, Uni<Work>> work) {
        return sessions.inTransaction(connection -> connection
                        .query("SET TRANSACTION READ ONLY")
                        .execute()
                        .chain(() -> look(connection, run, place))
                        .chain(chunk -> chunk.filter(LeasedChunk::done).isPresent()
                                ? Uni.createFrom().item(new Inspected(NO_WORK, chunk))
                                : work.apply(new Opened(connection, 0, chunk)).map(done -> new Inspected(done, chunk))))
                .chain(inspected -> commit(run, place, opened -> takeDown(inspected, opened)));
    }

    private static final Work NO_WORK =
            new Work(BatchResult.NOTHING, Optional.empty(), true, Optional.empty(), Optional.empty());

    private record Inspected(Work work, Optional<LeasedChunk> chunk) {}

    /** What was inspected counts only if nobody else has inspected it meanwhile. */
    private static Uni<Work> takeDown(Inspected inspected, Opened opened) {
        boolean overtaken = !inspected
                .chunk()
                .map(LeasedChunk::cursor)
                .equals(opened.chunk().map(LeasedChunk::cursor));
        return overtaken
                ? Uni.createFrom()
                        .failure(new LeaseTakenException(
                                opened.chunk().orElseThrow().number()))
                : Uni.createFrom().item(inspected.work());
    }

    private static Uni<Optional<LeasedChunk>> look(SqlConnection connection, RunContext run, Place place) {
        if (place.chunk().isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        return query(connection, LOOK, Tuple.of(run.runId(), place.chunk().get()))
                .map(rows -> Optional.of(LeasedChunk.fromRow(rows.iterator().next())));
    }

    private Uni<Ended> commit(RunContext run, Place place, Function<Opened, Uni<Work>> work) {
        return sessions.inTransaction(connection -> open(connection, run, place).chain(fenced -> {
            if (!place.states().contains(fenced.state())) {
                return Uni.createFrom().item(new Ended.Stopped(fenced.state()));
            }
            return within(connection, run, place, fenced, work);
        }));
    }

    /** A transaction of a worker session without fence or lease, for what is no batch. */
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        return sessions.inTransaction(work);
    }

    private record Fenced(RunState state, long batch, Optional<LeasedChunk> chunk) {}

    /** The state is read in a statement of its own behind the fence, so it is what it is until the transaction ends. */
    private static Uni<Fenced> open(SqlConnection connection, RunContext run, Place place) {
        return Uni.combine()
                .all()
                .unis(
                        Fence.shared(connection, run.serial()),
                        query(connection, STATE, Tuple.of(run.runId())),
                        lease(connection, run, place))
                .with((fence, state, chunk) -> {
                    Row row = state.iterator().next();
                    if (!row.getBoolean("home")) {
                        throw new AnotherDatabaseException(run.runId());
                    }
                    return new Fenced(RunState.ofWireName(row.getString("state")), row.getLong("batch"), chunk);
                });
    }

    private static Uni<Ended> within(
            SqlConnection connection, RunContext run, Place place, Fenced fenced, Function<Opened, Uni<Work>> work) {
        Optional<LeasedChunk> chunk = fenced.chunk();
        if (chunk.filter(LeasedChunk::done).isPresent()) {
            return Uni.createFrom().item(new Ended.Committed(NO_WORK, chunk));
        }
        return Pipeline.of(settings(connection, run), () -> work.apply(new Opened(connection, fenced.batch(), chunk)))
                .chain(done -> Pipeline.of(
                        List.of(Standing.mustHold(connection, run, place.lane())),
                        () -> finish(connection, run, place, fenced.batch(), done)))
                .map(done -> new Ended.Committed(done, chunk));
    }

    private static Uni<Optional<LeasedChunk>> lease(SqlConnection connection, RunContext run, Place place) {
        if (place.chunk().isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        int number = place.chunk().get();
        return query(connection, LEASE, Tuple.of(run.runId(), number))
                .map(rows -> Optional.of(LeasedChunk.fromRow(rows.iterator().next())))
                .onFailure(PgErrors::isLockNotAvailable)
                .transform(taken -> new LeaseTakenException(number));
    }

    /** Settings of the definition hold for this transaction only; the origin hides what follows from the tail. */
    static List<Uni<?>> settings(SqlConnection connection, RunContext run) {
        List<Uni<?>> statements = new ArrayList<>();
        run.definition()
                .session()
                .forEach((name, value) ->
                        statements.add(query(connection, "SELECT set_config($1, $2, true)", Tuple.of(name, value))));
        if (run.operation().triggersOff()) {
            statements.add(connection
                    .query("SET LOCAL session_replication_role = replica")
                    .execute());
        }
        if (run.hideWrites() && run.commit()) {
            statements.add(connection.query("SELECT godwit.hide_writes()").execute());
        }
        return statements;
    }

    private static Uni<Work> finish(SqlConnection connection, RunContext run, Place place, long batch, Work work) {
        return new Ledger(run, connection, place.lane(), batch)
                .enter(work.result())
                .chain(result -> new Groups(run, connection, place.lane(), batch).enter(result))
                .call(result -> defer(connection, run, result))
                .call(result -> Pipeline.of(
                        records(connection, run, place, batch, result, work),
                        () -> new OutcomeStream(run, connection, place).publish(result, batch, work.commandId())))
                .map(result -> new Work(result, work.cursor(), work.chunkDone(), work.remaining(), work.commandId()));
    }

    private static Uni<Void> defer(SqlConnection connection, RunContext run, BatchResult result) {
        return run.commit()
                ? new WaitingKeys(connection, run.runId())
                        .add(run.operation().root(), result.deferred(), WaitingKeys.Cause.OCCUPIED)
                        .replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    /** The batch, if it wrote, and where its chunk stands now. */
    private static List<Uni<?>> records(
            SqlConnection connection, RunContext run, Place place, long batch, BatchResult result, Work work) {
        List<Uni<?>> statements = new ArrayList<>();
        if (run.commit() && result.wrote()) {
            Tuple row =
                    Tuple.of(run.runId(), batch, place.stream(), place.lane().wireName());
            statements.add(query(connection, RECORD, row));
        }
        place.chunk().ifPresent(chunk -> {
            Tuple row = Tuple.of(
                    run.runId(),
                    chunk,
                    work.cursor().orElseThrow(),
                    work.chunkDone(),
                    work.remaining().orElse(null));
            statements.add(query(connection, ADVANCE_CHUNK, row));
        });
        return statements;
    }

    private static Uni<RowSet<Row>> query(SqlConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
