package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
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
                .chain(() ->
                        connection.preparedQuery(run.operation().previewUndo()).execute(Tuple.of(run.runId())))
                .map(this::toJson)
                .chain(preview -> run.definition().summary().isEmpty()
                        ? Uni.createFrom().item(preview)
                        : connection
                                .preparedQuery(GroupReports.undone(run))
                                .execute(Tuple.of(run.runId()))
                                .map(groups -> preview.put("groups", GroupReports.of(run, groups)))));
    }

    /** Of one table: rows that get their old key or content back, rows that go, and rows that stay as others left them. */
    private JsonObject toJson(RowSet<Row> tables) {
        JsonArray preview = new JsonArray();
        tables.forEach(table -> preview.add(new JsonObject()
                .put("table", table.getString("relation"))
                .put("restored", table.getLong("restored"))
                .put("deleted", table.getLong("deleted"))
                .put("left", table.getLong("left"))));
        return new JsonObject().put("run", run.runId()).put("preview", preview);
    }
}
