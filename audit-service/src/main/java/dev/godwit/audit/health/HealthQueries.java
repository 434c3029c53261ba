package dev.godwit.audit.health;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Reads measures. */
@ApplicationScoped
public class HealthQueries {

    private static final String LATEST = """
            SELECT l.migration, l.definition_hash, l.instance, l.state AS whole, l.every_seconds, l.occurred_at,
                   m.name, m.built_in, m.unit, m.value, m.state, m.worse, m.warn, m.critical, m.reason, m.detail, m.rows_read, m.rows_of
              FROM health_latest AS l
              JOIN health_measure AS m USING (event_id)
             WHERE $1::text IS NULL OR l.migration = $1
             ORDER BY l.migration, m.built_in, m.name
            """;

    /** The last of each span, so that a chart has as many points as it can show: looked up one by one, as to read a week of measures would take seconds. */
    private static final String COURSE = """
            SELECT l.migration, m.name, p.occurred_at, p.value, p.state
              FROM health_latest AS l
              JOIN health_measure AS m USING (event_id)
             CROSS JOIN generate_series(0, $3::integer - 1) AS span
             CROSS JOIN LATERAL (SELECT occurred_at, value, state
                                   FROM health_measure AS p
                                  WHERE p.migration = l.migration
                                    AND p.name = m.name
                                    AND p.occurred_at > $1::timestamptz + span * $2 * interval '1 second'
                                    AND p.occurred_at <= $1::timestamptz + (span + 1) * $2 * interval '1 second'
                                  ORDER BY p.occurred_at DESC
                                  LIMIT 1) AS p
             WHERE $4::text IS NULL OR l.migration = $4
             ORDER BY l.migration, m.name, p.occurred_at
            """;

    private final Pool pool;

    HealthQueries(Pool pool) {
        this.pool = pool;
    }

    /** The newest round of every migration, or of one; what is too old is not known any more. */
    public Uni<List<Health>> latest(String migration) {
        return pool.preparedQuery(LATEST).execute(Tuple.of(migration)).map(HealthQueries::toHealth);
    }

    /** How the measures of the newest rounds went in the last so long, at most so many points each, oldest first; of all migrations, or of one. */
    public Uni<List<Point>> course(String migration, Duration last, int points) {
        double span = Math.max(1, last.toSeconds() / (double) points);
        int spans = (int) Math.ceil(last.toSeconds() / span);
        return pool.preparedQuery(COURSE)
                .execute(Tuple.of(Instant.now().minus(last).atOffset(ZoneOffset.UTC), span, spans, migration))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(HealthQueries::point)
                        .toList());
    }

    private static List<Health> toHealth(RowSet<Row> rows) {
        Map<String, List<Row>> byMigration = new LinkedHashMap<>();
        rows.forEach(row -> byMigration
                .computeIfAbsent(row.getString("migration"), name -> new ArrayList<>())
                .add(row));
        Instant now = Instant.now();
        return byMigration.values().stream()
                .map(HealthQueries::health)
                .map(health -> health.asOf(now))
                .toList();
    }

    private static Health health(List<Row> rows) {
        Row first = rows.get(0);
        return new Health(
                first.getString("migration"),
                first.getString("definition_hash"),
                first.getString("instance"),
                first.getOffsetDateTime("occurred_at").toInstant(),
                first.getDouble("every_seconds"),
                first.getString("whole"),
                null,
                rows.stream().map(HealthQueries::measure).toList());
    }

    private static Measure measure(Row row) {
        return new Measure(
                row.getString("name"),
                row.getBoolean("built_in"),
                row.getString("unit"),
                row.getDouble("value"),
                row.getString("state"),
                row.getString("worse"),
                row.getDouble("warn"),
                row.getDouble("critical"),
                row.getString("reason"),
                row.getString("detail"),
                row.getLong("rows_read"),
                row.getLong("rows_of"));
    }

    private static Point point(Row row) {
        return new Point(
                row.getString("migration"),
                row.getString("name"),
                row.getOffsetDateTime("occurred_at").toInstant(),
                row.getDouble("value"),
                row.getString("state"));
    }
}
