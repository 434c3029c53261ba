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

    /** One chunk per range of blocks; numbers go on where the run's last generation ended. */
    private static final String CUT = """
            INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, relfilenode, from_block, to_block, cursor, remaining)
            SELECT $1, coalesce((SELECT max(number) FROM godwit.chunk WHERE run_id = $1), 0) + row_number() OVER (ORDER BY b.block),
                   $2, $3, $4, c.oid, pg_relation_filenode(c.oid), b.block, least(b.block + $5, s.blocks), b.block, $6
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks) AS s
             CROSS JOIN LATERAL generate_series(0, s.blocks - 1, $5) AS b(block)
             WHERE n.nspname = $7
               AND c.relname = $8
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
            SELECT number, epoch
              FROM godwit.chunk
             WHERE run_id = $1
               AND generation = $2
               AND state = 'open'
             ORDER BY number
            """;

    /** Chunks that nobody has touched for a while: their message was lost, or their worker died. */
    private static final String IDLE = """
            UPDATE godwit.chunk AS c
               SET epoch = epoch + 1, touched_at = clock_timestamp()
             WHERE c.ctid IN (SELECT i.ctid
                                FROM godwit.chunk AS i
                               WHERE i.run_id = $1
                                 AND i.generation = $2
                                 AND i.state = 'open'
                                 AND i.touched_at < clock_timestamp() - $3 * interval '1 millisecond'
                               ORDER BY i.number
                                 FOR UPDATE SKIP LOCKED
                               LIMIT 64)
            RETURNING c.number, c.epoch
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

    /** Positions of heaps that have blocks, but no chunk of the generation. */
    private static final String UNCUT = """
            SELECT h.position
              FROM unnest($3::text[]) WITH ORDINALITY AS h(name, position)
             WHERE pg_relation_size(h.name::regclass) > 0
               AND NOT EXISTS (SELECT
                                 FROM godwit.chunk AS c
                                WHERE c.run_id = $1
                                  AND c.generation = $2
                                  AND c.relation_oid = h.name::regclass)
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
        return cut(connection, run, kind, generation, run.operation().leaves(), Optional.empty());
    }

    /** Cuts a heap of the root into one chunk that migrates so many entities at most; joins the caller's transaction. */
    Uni<Void> cutLimited(SqlConnection connection, RunContext run, int generation, TableName leaf, long limit) {
        return cut(connection, run, Kind.LIMITED, generation, List.of(leaf), Optional.of(limit));
    }

    /** Cuts these heaps for a sweep; joins the caller's transaction. */
    public Uni<Void> cutSweep(
            SqlConnection connection, RunContext run, Kind kind, int generation, List<TableName> leaves) {
        return cut(connection, run, kind, generation, leaves, Optional.empty());
    }

    private Uni<Void> cut(
            SqlConnection connection,
            RunContext run,
            Kind kind,
            int generation,
            List<TableName> leaves,
            Optional<Long> limit) {
        long blocks = limit.isPresent() ? Integer.MAX_VALUE : config.batch().chunkBlocks();
        return Multi.createFrom()
                .iterable(leaves)
                .onItem()
                .transformToUniAndConcatenate(leaf -> connection
                        .preparedQuery(CUT)
                        .execute(Tuple.from(cutParameters(run, kind, generation, leaf, blocks, limit))))
                .onItem()
                .ignoreAsUni()
                .chain(() -> openStreams(connection, run, generation));
    }

    private static List<Object> cutParameters(
            RunContext run, Kind kind, int generation, TableName leaf, long blocks, Optional<Long> limit) {
        List<Object> parameters =
                new ArrayList<>(List.of(run.runId(), kind.wireName(), generation, leaf.toString(), blocks));
        parameters.add(limit.orElse(null));
        parameters.add(leaf.schema());
        parameters.add(leaf.name());
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

    /** Those of the heaps that hold something, and that the run's generation of chunks leaves out: they were empty when it was cut, or attached since. */
    Uni<List<TableName>> uncut(SqlConnection connection, Run run, int generation, List<TableName> heaps) {
        String[] names = heaps.stream().map(TableName::quoted).toArray(String[]::new);
        return connection
                .preparedQuery(UNCUT)
                .execute(Tuple.of(run.id(), generation, names))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> heaps.get(row.getLong("position").intValue() - 1))
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
        rows.forEach(row -> messages.add(new ChunkMessage(runId, row.getInteger("number"), row.getInteger("epoch"))));
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
