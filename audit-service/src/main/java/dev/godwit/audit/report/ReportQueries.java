package dev.godwit.audit.report;

import dev.godwit.audit.run.StreamEnd;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
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

    private static final String PACE = """
            SELECT occurred_at, rate, done, throttle_reason
              FROM (SELECT occurred_at, throttle_reason,
                           (progress::jsonb ->> 'ratePerSecond')::double precision AS rate,
                           (progress::jsonb ->> 'entitiesDone')::bigint AS done,
                           row_number() OVER in_time AS place, count(*) OVER () AS moments
                      FROM run_event
                     WHERE run = $1 AND progress IS NOT NULL
                    WINDOW in_time AS (ORDER BY version, occurred_at)) AS told
             WHERE place % greatest(1, moments / 200) = 0
             ORDER BY place
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

    /** How fast the run was, moment by moment, thinned to some two hundred. */
    Uni<List<Report.Pace>> pace(String run) {
        return pool.preparedQuery(PACE).execute(Tuple.of(run)).map(rows -> {
            List<Report.Pace> pace = new ArrayList<>();
            rows.forEach(row -> pace.add(new Report.Pace(
                    row.getOffsetDateTime("occurred_at").toInstant(),
                    row.getDouble("rate"),
                    row.getLong("done"),
                    row.getString("throttle_reason"))));
            return List.copyOf(pace);
        });
    }
}
