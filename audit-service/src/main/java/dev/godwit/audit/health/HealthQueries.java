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

    /** The last of each span, so that a chart has as many points as it can show. */
    private static final String COURSE = """
            SELECT DISTINCT ON (migration, name, span) migration, name, occurred_at, value, state
              FROM (SELECT migration, name, occurred_at, value, state, floor(extract(epoch FROM occurred_at) / $2) AS span
                      FROM health_measure
                     WHERE occurred_at >= $1
                       AND ($3::text IS NULL OR migration = $3)) AS measured
             ORDER BY migration, name, span, occurred_at DESC
            """;

    private final Pool pool;

    HealthQueries(Pool pool) {
        this.pool = pool;
    }

    /** The newest round of every migration, or of one; what is too old is not known any more. */
    public Uni<List<Health>> latest(String migration) {
        return pool.preparedQuery(LATEST).execute(Tuple.of(migration)).map(HealthQueries::toHealth);
    }

    /** How measures went in the last so long, at most so many points each, oldest first; of all migrations, or of one. */
    public Uni<List<Point>> course(String migration, Duration last, int points) {
        Instant now = Instant.now();
        double span = Math.max(1, last.toSeconds() / (double) points);
        return pool.preparedQuery(COURSE)
                .execute(Tuple.of(now.minus(last).atOffset(ZoneOffset.UTC), span, migration))
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
