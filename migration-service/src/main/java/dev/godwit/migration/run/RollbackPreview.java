package dev.godwit.migration.run;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.batch.RunContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a rollback would do, counted in a transaction that cannot write. */
final class RollbackPreview {

    private final Pool pool;
    private final RunContext run;

    RollbackPreview(Pool pool, RunContext run) {
        this.pool = pool;
        this.run = run;
    }

    Uni<JsonObject> preview() {
        return pool.withTransaction(connection -> connection
                .query("SET TRANSACTION READ ONLY")
                .execute()
                .chain(() -> connection.preparedQuery(roots()).execute(Tuple.of(run.runId())))
                .chain(roots -> connection
                        .preparedQuery(deleted())
                        .execute(Tuple.of(run.runId()))
                        .map(images -> {
                            Map<String, Lines> tables = new LinkedHashMap<>();
                            Row root = roots.iterator().next();
                            tables.put(run.rootName(), new Lines(root.getLong("restored"), root.getLong("diverged")));
                            images.forEach(image -> tables.merge(
                                    image.getString("relation"), new Lines(image.getLong("rows"), 0), Lines::plus));
                            return new JsonObject().put("run", run.runId()).put("preview", toJson(tables));
                        })));
    }

    /** Of one table: rows that get their old key or content back, those that a merge deleted among them, and rows that stay as others left them. */
    private record Lines(long restored, long left) {

        private Lines plus(Lines other) {
            return new Lines(restored + other.restored, left + other.left);
        }
    }

    private static JsonArray toJson(Map<String, Lines> tables) {
        JsonArray preview = new JsonArray();
        tables.forEach((name, lines) -> preview.add(new JsonObject()
                .put("table", name)
                .put("restored", lines.restored())
                .put("deleted", 0)
                .put("left", lines.left())));
        return preview;
    }

    private String roots() {
        return """
                WITH own AS MATERIALIZED (SELECT DISTINCT (xid::text::bigint & 4294967295)::text AS xmin FROM godwit.batch WHERE run_id = $1)
                SELECT count(*) FILTER (WHERE o.xmin IS NOT NULL) AS restored,
                       count(*) FILTER (WHERE o.xmin IS NULL) AS diverged
                  FROM godwit.identity AS i
                  JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                  LEFT JOIN %s AS t ON t.%s = i.new_key::%s
                  LEFT JOIN own AS o ON o.xmin = t.xmin::text
                 WHERE i.run_id = $1
                   AND i.relation = 0
                   AND NOT i.merged
                """.formatted(
                        run.model().root().quoted(),
                        quote(run.model().key()),
                        run.model().keyType().castName());
    }

    private static String deleted() {
        return """
                SELECT j.relation, count(*) AS rows
                  FROM godwit.journal AS j
                  JOIN godwit.batch AS b ON b.run_id = j.run_id AND b.number = j.batch AND NOT b.undone
                 WHERE j.run_id = $1
                   AND j.action = 'delete'
                 GROUP BY j.relation
                 ORDER BY j.relation
                """;
    }
}
