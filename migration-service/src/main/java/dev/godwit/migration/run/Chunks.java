package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkMessage;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Multi;
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
import java.util.stream.StreamSupport;

/** Cuts tables into chunks and keeps the work queue filled. A table of a billion rows is cut in milliseconds: block ranges need no query over the data. */
@ApplicationScoped
public class Chunks {

    /** Heaps as they are now, those that are gone left out. */
    private static final String MEASURE = """
            SELECT h.position, c.oid::bigint AS oid, pg_relation_filenode(c.oid)::bigint AS relfilenode,
                   pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks
              FROM unnest($1::text[]) WITH ORDINALITY AS h(name, position)
              JOIN pg_class AS c ON c.oid = to_regclass(h.name)
             ORDER BY h.position
            """;

    /** One chunk per range of blocks; numbers go on where the run's last generation ended. */
    private static final String CUT = """
            INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, relfilenode, from_block, to_block, cursor, remaining)
            SELECT $1, coalesce((SELECT max(number) FROM godwit.chunk WHERE run_id = $1), 0) + row_number() OVER (ORDER BY b.block),
                   $2, $3, $4, $7::bigint::oid, $8::bigint::oid, b.block, least(b.block + $5, $9), b.block, $6
              FROM generate_series(0::bigint, $9::bigint - 1, $5::bigint) AS b(block)
            """;

    /** Chunks of earlier generations are void: messages of theirs that still lie in the queue find nothing to do. A chunk's row is its lease, so this waits for batches in hand. */
    private static final String BEGIN = """
            WITH closed AS (
                UPDATE godwit.chunk
                   SET state = 'done'
                 WHERE run_id = $1
                   AND state = 'open')
            UPDATE godwit.run
               SET generation = generation + 1, phase = $2, proof = NULL, updated_at = clock_timestamp()
             WHERE id = $1
            RETURNING generation
            """;

    private static final String UNDO = """
            INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, from_block, to_block, cursor)
            SELECT $1, coalesce((SELECT max(number) FROM godwit.chunk WHERE run_id = $1), 0) + 1, 'undo', $2, $3, 0, 0,
                   (SELECT count(*) FROM godwit.batch WHERE run_id = $1 AND NOT undone), 0
            """;

    private static final String OPEN_STREAMS = """
            INSERT INTO godwit.stream (run_id, stream)
            SELECT run_id, 'chunk-' || number
              FROM godwit.chunk
             WHERE run_id = $1
               AND generation = $2
            ON CONFLICT DO NOTHING
            """;

    private static final String OPEN = """
            SELECT number, epoch, (SELECT traceparent FROM godwit.run WHERE id = $1) AS traceparent
              FROM godwit.chunk
             WHERE run_id = $1
               AND generation = $2
               AND state = 'open'
             ORDER BY number
            """;

    /** Chunks that nobody has touched for a while: their message was lost, or their worker died. Those of a run that is held back are queued when it goes on. */
    private static final String IDLE = """
            UPDATE godwit.chunk AS c
               SET epoch = epoch + 1, touched_at = clock_timestamp()
             WHERE c.ctid IN (SELECT i.ctid
                                FROM godwit.chunk AS i
                               WHERE i.run_id = $1
                                 AND i.generation = $2
                                 AND i.state = 'open'
                                 AND NOT EXISTS (SELECT FROM godwit.pace AS p WHERE p.run_id = i.run_id AND p.held)
                                 AND i.touched_at < clock_timestamp() - $3 * interval '1 millisecond'
                               ORDER BY i.number
                                 FOR UPDATE SKIP LOCKED
                               LIMIT 64)
            RETURNING c.number, c.epoch, (SELECT traceparent FROM godwit.run WHERE id = $1) AS traceparent
            """;

    private static final String COUNT_OPEN = """
            SELECT count(*) FILTER (WHERE state = 'open') AS open
              FROM godwit.chunk
             WHERE run_id = $1
               AND generation = $2
            """;

    /** What was in flight is no difference; of what a scan found, it is taken off entities first, then off rows that were written once more. */
    private static final String FOUND = """
            SELECT greatest(0, f.migrated - f.scanned)::bigint AS entities,
                   greatest(0, f.translated - f.swept - greatest(0, f.scanned - f.migrated))::bigint AS stale_references
              FROM (SELECT coalesce(sum(s.migrated), 0) AS migrated, coalesce(sum(s.translated), 0) AS translated,
                           coalesce(sum(c.in_flight) FILTER (WHERE c.kind = 'verify'), 0) AS scanned,
                           coalesce(sum(c.in_flight) FILTER (WHERE c.kind = 'sweep'), 0) AS swept
                      FROM godwit.stream AS s
                      JOIN godwit.chunk AS c ON c.run_id = s.run_id AND s.stream = 'chunk-' || c.number
                     WHERE c.run_id = $1
                       AND c.generation = $2) AS f
            """;

    /** Those of the heaps that no chunk of the generation is of. */
    private static final String UNCUT = """
            SELECT h.position
              FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS h(name, oid, position)
             WHERE NOT EXISTS (SELECT
                                 FROM godwit.chunk AS c
                                WHERE c.run_id = $1
                                  AND c.generation = $2
                                  AND c.relation = h.name
                                  AND c.relation_oid = h.oid::oid)
             ORDER BY h.position
            """;

    private static final long IDLE_MILLIS = 30_000;

    private final Runs runs;
    private final ChunkQueue queue;
    private final GodwitConfig config;

    @Inject
    public Chunks(Runs runs, ChunkQueue queue, GodwitConfig config) {
        this.runs = runs;
        this.queue = queue;
        this.config = config;
    }

    /** Begins a run's next generation of chunks, and answers its number; joins the caller's transaction, which cuts them. */
    public Uni<Integer> begin(SqlConnection connection, String runId, String phase) {
        return connection.preparedQuery(BEGIN).execute(Tuple.of(runId, phase)).map(rows -> rows.iterator()
                .next()
                .getInteger("generation"));
    }

    /** Cuts the root for a plan, a backfill or a verification; joins the caller's transaction. */
    public Uni<Void> cutRoot(SqlConnection connection, RunContext run, Kind kind, int generation) {
        return measureRoot(connection, run, run.operation().leaves())
                .chain(heaps -> cut(connection, run, kind, generation, heaps, Optional.empty()));
    }

    /** Cuts a heap of the root into one chunk that migrates so many entities at most; joins the caller's transaction. */
    Uni<Void> cutLimited(SqlConnection connection, RunContext run, int generation, TableName leaf, long limit) {
        return measureRoot(connection, run, List.of(leaf))
                .chain(heaps -> cut(connection, run, Kind.LIMITED, generation, heaps, Optional.of(limit)));
    }

    /** Cuts these heaps for a sweep; joins the caller's transaction. */
    public Uni<Void> cutSweep(
            SqlConnection connection, RunContext run, Kind kind, int generation, List<TableName> leaves) {
        return measure(connection, leaves)
                .chain(heaps -> cut(connection, run, kind, generation, heaps, Optional.empty()));
    }

    private Uni<Void> cut(
            SqlConnection connection,
            RunContext run,
            Kind kind,
            int generation,
            List<Heap> heaps,
            Optional<Long> limit) {
        long blocks = limit.isPresent() ? Integer.MAX_VALUE : config.batch().chunkBlocks();
        return Multi.createFrom()
                .iterable(heaps)
                .onItem()
                .transformToUniAndConcatenate(heap -> connection
                        .preparedQuery(CUT)
                        .execute(Tuple.from(cutParameters(run, kind, generation, heap, blocks, limit))))
                .onItem()
                .ignoreAsUni()
                .chain(() -> openStreams(connection, run, generation));
    }

    private static List<Object> cutParameters(
            RunContext run, Kind kind, int generation, Heap heap, long blocks, Optional<Long> limit) {
        List<Object> parameters = new ArrayList<>(
                List.of(run.runId(), kind.wireName(), generation, heap.name().toString(), blocks));
        parameters.add(limit.orElse(null));
        parameters.add(heap.oid());
        parameters.add(heap.relfilenode());
        parameters.add(heap.blocks());
        return parameters;
    }

    /** One chunk whose units are batches to undo; joins the caller's transaction. */
    public Uni<Void> cutUndo(SqlConnection connection, RunContext run, int generation) {
        return connection
                .preparedQuery(UNDO)
                .execute(Tuple.of(run.runId(), generation, run.rootName()))
                .chain(() -> openStreams(connection, run, generation));
    }

    private static Uni<Void> openStreams(SqlConnection connection, RunContext run, int generation) {
        return connection
                .preparedQuery(OPEN_STREAMS)
                .execute(Tuple.of(run.runId(), generation))
                .replaceWithVoid();
    }

    /** A heap as it was when it was looked at. */
    private record Heap(TableName name, long oid, long relfilenode, long blocks) {}

    private static Uni<List<Heap>> measureRoot(SqlConnection connection, RunContext run, List<TableName> leaves) {
        return run.operation().atRoot(connection, session -> measure(session, leaves));
    }

    private static Uni<List<Heap>> measure(SqlConnection connection, List<TableName> names) {
        String[] quoted = names.stream().map(TableName::quoted).toArray(String[]::new);
        return connection
                .preparedQuery(MEASURE)
                .execute(Tuple.of((Object) quoted))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new Heap(
                                names.get(row.getLong("position").intValue() - 1),
                                row.getLong("oid"),
                                row.getLong("relfilenode"),
                                row.getLong("blocks")))
                        .toList());
    }

    /** Those of the root's heaps that hold something, and that the run's generation of chunks leaves out: they were empty when it was cut, or attached since. */
    Uni<List<TableName>> uncutOfRoot(SqlConnection connection, RunContext context, Run run, int generation) {
        return measureRoot(connection, context, context.operation().leaves())
                .chain(heaps -> uncut(connection, run, generation, heaps));
    }

    /** The same of heaps that are swept. */
    Uni<List<TableName>> uncutOfSwept(SqlConnection connection, RunContext context, Run run, int generation) {
        return measure(connection, context.operation().swept())
                .chain(heaps -> uncut(connection, run, generation, heaps));
    }

    private static Uni<List<TableName>> uncut(SqlConnection connection, Run run, int generation, List<Heap> heaps) {
        List<Heap> filled = heaps.stream().filter(heap -> heap.blocks() > 0).toList();
        String[] names = filled.stream().map(heap -> heap.name().toString()).toArray(String[]::new);
        Long[] oids = filled.stream().map(Heap::oid).toArray(Long[]::new);
        return connection
                .preparedQuery(UNCUT)
                .execute(Tuple.of(run.id(), generation, names, oids))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> filled.get(row.getLong("position").intValue() - 1)
                                .name())
                        .toList());
    }

    /** Puts every open chunk of a run's generation into the queue. */
    public Uni<Void> enqueue(String runId, int generation) {
        return runs.execute(OPEN, runId, generation).chain(rows -> queue.putAll(messages(runId, rows)));
    }

    /** Puts idle chunks into the queue again. */
    public Uni<Void> sweepIdle(String runId, int generation) {
        return runs.execute(IDLE, runId, generation, IDLE_MILLIS)
                .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : queue.putAll(messages(runId, rows)));
    }

    private static List<ChunkMessage> messages(String runId, RowSet<Row> rows) {
        List<ChunkMessage> messages = new ArrayList<>();
        rows.forEach(row -> messages.add(new ChunkMessage(
                runId,
                row.getInteger("number"),
                row.getInteger("epoch"),
                Optional.ofNullable(row.getString("traceparent")))));
        return messages;
    }

    /** How many chunks of a generation are not done. */
    public Uni<Long> open(String runId, int generation) {
        return runs.execute(COUNT_OPEN, runId, generation)
                .map(rows -> rows.iterator().next().getLong("open"));
    }

    /**
     * What a generation of chunks found to do, and did.
     *
     * @param entities entities that were pending
     * @param references rows with a declared reference to an old key
     */
    record Found(long entities, long references) {

        long total() {
            return entities + references;
        }
    }

    /** What the scan of a generation found. */
    Uni<Found> found(String runId, int generation) {
        return runs.execute(FOUND, runId, generation).map(rows -> {
            Row row = rows.iterator().next();
            return new Found(row.getLong("entities"), row.getLong("stale_references"));
        });
    }
}
