package dev.godwit.audit.report;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** How fast a run was, who asked for what pace, and what held it back. */
@ApplicationScoped
class PaceQueries {

    /** All three, oldest first. */
    record History(List<Report.Pace> moments, List<Report.PaceChange> changes, List<Report.Hold> holds) {}

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

    private static final String CHANGES = """
            SELECT occurred_at, from_pace, from_hours, to_pace, to_hours, requested_by, reason
              FROM run_pace
             WHERE run = $1
             ORDER BY occurred_at
            """;

    /** Neighbouring events with the same reason are one span, which ends with the first event that says something else. */
    private static final String HOLDS = """
            SELECT reason, min(occurred_at) AS since, CASE WHEN bool_or(next IS NULL) THEN NULL ELSE max(next) END AS until
              FROM (SELECT throttle_reason AS reason, occurred_at, lead(occurred_at) OVER in_time AS next,
                           row_number() OVER in_time - row_number() OVER (PARTITION BY throttle_reason ORDER BY version, occurred_at) AS span
                      FROM run_event
                     WHERE run = $1
                    WINDOW in_time AS (ORDER BY version, occurred_at)) AS told
             WHERE reason IS NOT NULL
             GROUP BY reason, span
             ORDER BY since
             LIMIT 200
            """;

    private final Pool pool;

    PaceQueries(Pool pool) {
        this.pool = pool;
    }

    Uni<History> history(String run) {
        return pace(run).chain(moments -> changes(run)
                .chain(changes -> holds(run).map(holds -> new History(moments, changes, holds))));
    }

    /** How fast the run was, moment by moment, thinned to some two hundred. */
    private Uni<List<Report.Pace>> pace(String run) {
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

    private Uni<List<Report.PaceChange>> changes(String run) {
        return pool.preparedQuery(CHANGES).execute(Tuple.of(run)).map(rows -> {
            List<Report.PaceChange> changes = new ArrayList<>();
            rows.forEach(row -> changes.add(new Report.PaceChange(
                    instant(row, "occurred_at"),
                    new Report.Terms(row.getString("from_pace"), row.getString("from_hours")),
                    new Report.Terms(row.getString("to_pace"), row.getString("to_hours")),
                    row.getString("requested_by"),
                    row.getString("reason"))));
            return List.copyOf(changes);
        });
    }

    private Uni<List<Report.Hold>> holds(String run) {
        return pool.preparedQuery(HOLDS).execute(Tuple.of(run)).map(rows -> {
            List<Report.Hold> holds = new ArrayList<>();
            rows.forEach(row -> holds.add(hold(row)));
            return List.copyOf(holds);
        });
    }

    private static Report.Hold hold(Row row) {
        Instant since = instant(row, "since");
        Instant until = instant(row, "until");
        return new Report.Hold(
                row.getString("reason"), since, until, until == null ? null : ReportService.seconds(since, until));
    }

    private static Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
