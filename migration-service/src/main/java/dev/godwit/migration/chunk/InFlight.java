package dev.godwit.migration.chunk;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches.LeasedChunk;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.function.Supplier;

/**
 * Tells what a verifying scan met before the tail did from what nobody had seen to. Rows that were written since the run was last caught up are the tail's: on a busy table
 * the scan always meets some of them first, and puts them right, but they are no differences.
 *
 * <p>Exact to the batch: a difference in a range that also holds as many new rows is repaired, and not counted.
 */
final class InFlight {

    /**
     * Rows of a range whose versions were not visible when being caught up was proved. A row tells the lower half of its transaction's id; the upper half follows from the
     * ids that have been given out.
     */
    private static final String NEW_ROWS = """
            SELECT count(*) AS rows
              FROM (SELECT $1::text::pg_snapshot AS caught_up, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS run
              JOIN %s AS t ON t.ctid >= $2::text::tid
                          AND t.ctid < $3::text::tid
             WHERE NOT pg_visible_in_snapshot(
                           greatest(3, run.next - ((run.next - t.xmin::text::bigint) & 4294967295))::text::xid8, run.caught_up)
            """;

    private static final String CAUGHT_UP = """
            SELECT caught_up::text AS snapshot
              FROM godwit.run
             WHERE id = $1
               AND caught_up IS NOT NULL
            """;

    private static final String NOTE = """
            UPDATE godwit.chunk
               SET in_flight = in_flight + $3
             WHERE run_id = $1
               AND number = $2
            """;

    private InFlight() {}

    /** Does the work of a scan's batch, and notes in its chunk how much of what it finds in these blocks was in flight. */
    static Uni<Work> noting(RunContext run, Opened opened, long blocks, Supplier<Uni<Work>> work) {
        LeasedChunk chunk = opened.chunk().orElseThrow();
        return newRows(run, opened, chunk, blocks)
                .chain(fresh -> work.get().call(done -> note(run, opened, Math.min(fresh, found(done.result())))));
    }

    private static Uni<Long> newRows(RunContext run, Opened opened, LeasedChunk chunk, long blocks) {
        long to = Math.min(chunk.toBlock(), chunk.cursor() + blocks);
        TableName heap = TableName.parse(chunk.relation());
        String sql = NEW_ROWS.formatted(heap.quoted());
        return opened.connection()
                .preparedQuery(CAUGHT_UP)
                .execute(Tuple.of(run.runId()))
                .chain(proved -> proved.size() == 0
                        ? Uni.createFrom().item(0L)
                        : run.operation().at(heap, opened.connection(), connection -> connection
                                .preparedQuery(sql)
                                .execute(Tuple.of(
                                        proved.iterator().next().getString("snapshot"),
                                        "(" + chunk.cursor() + ",0)",
                                        "(" + to + ",0)"))
                                .map(rows -> rows.iterator().next().getLong("rows"))));
    }

    private static long found(BatchResult result) {
        return result.outcomes().stream()
                .filter(outcome -> outcome.kind() == OutcomeKind.MIGRATED)
                .count();
    }

    private static Uni<Void> note(RunContext run, Opened opened, long rows) {
        if (rows == 0) {
            return Uni.createFrom().voidItem();
        }
        return opened.connection()
                .preparedQuery(NOTE)
                .execute(Tuple.of(run.runId(), opened.chunk().orElseThrow().number(), rows))
                .replaceWithVoid();
    }
}
