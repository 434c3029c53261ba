package dev.godwit.migration.run;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.batch.RunContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;

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
                            JsonArray preview = new JsonArray();
                            var row = roots.iterator().next();
                            preview.add(table(run.rootName(), row.getLong("restored"), row.getLong("diverged")));
                            images.forEach(image ->
                                    preview.add(table(image.getString("relation"), image.getLong("rows"), 0L)));
                            return new JsonObject().put("run", run.runId()).put("preview", preview);
                        })));
    }

    private static JsonObject table(String name, Long restored, Long left) {
        return new JsonObject()
                .put("table", name)
                .put("restored", restored)
                .put("deleted", 0)
                .put("left", left);
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
