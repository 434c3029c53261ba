package dev.godwit.migration.run;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Which parts of its tables a run has been through: the chunks of its newest generation, neighbours told together where there are many. */
@ApplicationScoped
public class ChunkMap {

    private static final int CELLS_MAX = 480;

    /** A chunk belongs to the cell that its place among all chunks falls into; chunks of different tables never share one. */
    private static final String CELLS = """
            SELECT m.relation, m.kind, min(m.from_block) AS from_block, max(m.to_block) AS to_block,
                   count(*) AS chunks,
                   sum(m.to_block - m.from_block)::float8 AS blocks,
                   sum(CASE WHEN m.state = 'done' THEN m.to_block ELSE least(m.cursor, m.to_block) END - m.from_block)::float8 AS passed,
                   bool_and(m.state = 'done') AS done,
                   bool_or(m.state = 'open' AND m.cursor > m.from_block) AS begun
              FROM (SELECT c.number, c.relation, c.kind, c.from_block, c.to_block, c.cursor, c.state,
                           (row_number() OVER (ORDER BY c.number) - 1) * $2 / greatest($2, count(*) OVER ()) AS cell
                      FROM godwit.chunk AS c
                      JOIN godwit.run AS r ON r.id = c.run_id AND r.generation = c.generation
                     WHERE c.run_id = $1) AS m
             GROUP BY m.relation, m.kind, m.cell
             ORDER BY min(m.number)
            """;

    private final Pool pool;

    @Inject
    ChunkMap(Pool pool) {
        this.pool = pool;
    }

    /** {@code {"run","cells":[…]}}, in the order of the chunks; no cell where the run has no chunk, or there is no such run. */
    public Uni<JsonObject> of(String runId) {
        return pool.preparedQuery(CELLS).execute(Tuple.of(runId, CELLS_MAX)).map(rows -> {
            JsonArray cells = new JsonArray();
            rows.forEach(row -> cells.add(cell(row)));
            return new JsonObject().put("run", runId).put("cells", cells);
        });
    }

    private static JsonObject cell(Row row) {
        double blocks = row.getDouble("blocks");
        boolean done = row.getBoolean("done");
        return new JsonObject()
                .put("table", row.getString("relation"))
                .put("kind", row.getString("kind"))
                .put("fromBlock", row.getLong("from_block"))
                .put("toBlock", row.getLong("to_block"))
                .put("chunks", row.getLong("chunks"))
                .put("state", done ? "done" : row.getBoolean("begun") ? "begun" : "waiting")
                .put("passed", done || blocks <= 0 ? 1.0 : row.getDouble("passed") / blocks);
    }
}
