package dev.godwit.audit.report;

import dev.godwit.audit.run.StreamEnd;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The report's questions to the trail itself. */
@ApplicationScoped
class ReportQueries {

    /** Named streams only; zero events and no hash where nothing has arrived. */
    private static final String ARRIVED = """
            SELECT named.stream,
                   (SELECT count(*)
                      FROM trail_event e
                     WHERE e.run = $1 AND e.stream = named.stream AND e.sequence <= named.sequence) AS events,
                   (SELECT encode(e.hash, 'hex')
                      FROM trail_event e
                     WHERE e.run = $1 AND e.stream = named.stream AND e.sequence = named.sequence) AS hash_at_end
              FROM unnest($2::text[], $3::bigint[]) AS named (stream, sequence)
            """;

    private static final String CONFLICT_KEYS = """
            SELECT reasons.reason, sample.key
              FROM unnest($2::text[]) AS reasons (reason),
                   LATERAL (SELECT o.key
                              FROM trail_outcome o
                             WHERE o.run = $1 AND o.outcome = 'conflict' AND o.reason IS NOT DISTINCT FROM nullif(reasons.reason, '')
                             ORDER BY o.event, o.position
                             LIMIT 5) AS sample
            """;

    private static final String LET_GO = """
            SELECT sum(e.outcomes)::bigint AS outcomes, max(l.until) AS before, max(l.let_go_at) AS at
              FROM trail_let_go l
              JOIN trail_event e ON e.occurred_at >= l.since AND e.occurred_at < l.until AND e.received_at <= l.let_go_at
             WHERE e.run = $1
            """;

    private final Pool pool;

    ReportQueries(Pool pool) {
        this.pool = pool;
    }

    Uni<Map<String, Completeness.Arrived>> arrived(String run, List<StreamEnd> ends) {
        Tuple parameters = Tuple.of(run)
                .addValue(ends.stream().map(StreamEnd::stream).toArray(String[]::new))
                .addValue(ends.stream().map(StreamEnd::sequence).toArray(Long[]::new));
        return pool.preparedQuery(ARRIVED).execute(parameters).map(rows -> {
            Map<String, Completeness.Arrived> arrived = new HashMap<>();
            rows.forEach(row -> arrived.put(
                    row.getString("stream"),
                    new Completeness.Arrived(row.getLong("events"), row.getString("hash_at_end"))));
            return arrived;
        });
    }

    /** Up to five keys of conflicts for each reason; the empty reason stands for none. */
    Uni<Map<String, List<String>>> conflictKeys(String run, List<String> reasons) {
        Tuple parameters = Tuple.of(run).addValue(reasons.toArray(String[]::new));
        return pool.preparedQuery(CONFLICT_KEYS).execute(parameters).map(rows -> {
            Map<String, List<String>> keys = new HashMap<>();
            rows.forEach(row -> keys.computeIfAbsent(row.getString("reason"), reason -> new ArrayList<>())
                    .add(row.getString("key")));
            return keys;
        });
    }

    /** What of the run is not kept any more; null where everything is. */
    Uni<Report.LetGo> letGo(String run) {
        return pool.preparedQuery(LET_GO).execute(Tuple.of(run)).map(rows -> {
            Row row = rows.iterator().next();
            return row.getLong("outcomes") == null
                    ? null
                    : new Report.LetGo(
                            row.getLong("outcomes"),
                            row.getOffsetDateTime("before").toInstant(),
                            row.getOffsetDateTime("at").toInstant());
        });
    }
}
