package dev.godwit.audit.trace;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Follows an entity from id to id, both ways. */
@ApplicationScoped
public class TraceQuery {

    private static final int STEPS_MAX = 1_000;

    /** Only what was committed leads from one id to another; a cycle ends by itself, since UNION keeps no id twice. */
    private static final String IDS = """
            WITH RECURSIVE id (key) AS (
                SELECT $2::text
                 UNION
                SELECT next.key
                  FROM id,
                       LATERAL (SELECT o.new_key AS key, o.event
                                  FROM trail_outcome o
                                 WHERE o.key = id.key AND o.table_name = $1 AND o.new_key IS NOT NULL
                                 UNION ALL
                                SELECT o.key, o.event
                                  FROM trail_outcome o
                                 WHERE o.new_key = id.key AND o.table_name = $1) AS next
                  JOIN trail_event e ON e.id = next.event
                 WHERE e.mode = 'commit')
            SELECT key FROM id LIMIT 1000
            """;

    private static final String STEPS = """
            SELECT e.occurred_at, e.run, e.migration, e.mode, e.lane, e.stream, e.sequence, e.command_id,
                   o.key, o.new_key, o.outcome, o.reason, o.detail
              FROM (SELECT event, position FROM trail_outcome WHERE key = ANY ($2) AND table_name = $1
                     UNION
                    SELECT event, position FROM trail_outcome WHERE new_key = ANY ($2) AND table_name = $1) AS place
              JOIN trail_outcome o USING (event, position)
              JOIN trail_event e ON e.id = o.event
             ORDER BY e.occurred_at, o.event, o.position
             LIMIT $3
            """;

    private static final String KEPT_SINCE = "SELECT max(until) AS kept_since FROM trail_let_go";

    private final Pool pool;

    TraceQuery(Pool pool) {
        this.pool = pool;
    }

    /** The story of the row that has or had this key; without steps where the trail knows none. */
    public Uni<Trace> trace(String table, String key) {
        return pool.preparedQuery(IDS)
                .execute(Tuple.of(table, key))
                .map(TraceQuery::ids)
                .chain(ids -> pool.preparedQuery(STEPS)
                        .execute(Tuple.of(table, ids.toArray(String[]::new), STEPS_MAX + 1))
                        .chain(rows -> keptSince().map(since -> toTrace(table, key, ids, rows, since))));
    }

    private Uni<Instant> keptSince() {
        return pool.preparedQuery(KEPT_SINCE).execute().map(rows -> {
            OffsetDateTime since = rows.iterator().next().getOffsetDateTime("kept_since");
            return since == null ? null : since.toInstant();
        });
    }

    private static List<String> ids(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.getString("key"))
                .toList();
    }

    private static Trace toTrace(String table, String key, List<String> ids, RowSet<Row> rows, Instant keptSince) {
        List<Trace.Step> steps = new ArrayList<>();
        rows.forEach(row -> steps.add(step(row)));
        boolean truncated = steps.size() > STEPS_MAX;
        return new Trace(table, key, ids, truncated ? steps.subList(0, STEPS_MAX) : steps, truncated, keptSince);
    }

    private static Trace.Step step(Row row) {
        return new Trace.Step(
                row.getOffsetDateTime("occurred_at").toInstant(),
                row.getString("run"),
                row.getString("migration"),
                row.getString("mode"),
                row.getString("lane"),
                row.getString("stream"),
                row.getLong("sequence"),
                row.getString("command_id"),
                row.getString("key"),
                row.getString("new_key"),
                row.getString("outcome"),
                row.getString("reason"),
                row.getString("detail"));
    }
}
