package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Undoes a run batch by batch, newest first in the order in which they wrote, by compare and set: a row is restored only if it still is what the run wrote; else it is left and reported as diverged.
 */
@ApplicationScoped
public class Undo {

    private static final String NEWEST = """
            SELECT number
              FROM godwit.batch
             WHERE run_id = $1
               AND NOT undone
             ORDER BY undo_order DESC
             LIMIT 1
            """;

    private static final String MARK = """
            UPDATE godwit.batch
               SET undone = true
             WHERE run_id = $1
               AND number = $2
            """;

    /**
     * A batch that was undone.
     *
     * @param nothingLeft whether there was none left to undo
     */
    public record Undone(BatchResult result, boolean nothingLeft) {}

    /**
     * SQL: whether the batch is undone that a row of the journal belongs to. A scalar query, so that it is looked up for the rows at hand: of a join PostgreSQL would begin
     * with all batches that are undone, and read all that they wrote.
     */
    static String undone(String row) {
        return "(SELECT b.undone FROM godwit.batch AS b WHERE b.run_id = %s.run_id AND b.number = %s.batch)"
                .formatted(row, row);
    }

    /** SQL: the entities that a table of the journal has rows of which are not undone, as {@link Operation#undoneEntities} yields them. */
    static String entities(String journal, String column) {
        return """
                SELECT DISTINCT j.%s AS key
                  FROM godwit.%s AS j
                  JOIN godwit.batch AS b ON b.run_id = j.run_id AND b.number = j.batch AND NOT b.undone
                 WHERE j.run_id = $1
                """.formatted(column, journal);
    }

    /** Undoes the newest batch of the run that is not undone yet; joins the caller's transaction, which holds the undo chunk's lease. */
    public Uni<Undone> newestBatch(RunContext run, SqlConnection connection) {
        return newest(run, connection).chain(batch -> {
            if (batch.isEmpty()) {
                return Uni.createFrom().item(new Undone(BatchResult.NOTHING, true));
            }
            return run.on(connection, batch.get())
                    .undo()
                    .call(() -> connection.preparedQuery(MARK).execute(Tuple.of(run.runId(), batch.get())))
                    .map(result -> new Undone(result, false));
        });
    }

    private static Uni<Optional<Long>> newest(RunContext run, SqlConnection connection) {
        return Rows.query(connection, NEWEST, Tuple.of(run.runId()))
                .map(rows -> rows.stream().findFirst().map(row -> row.getLong("number")));
    }
}
