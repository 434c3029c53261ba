package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.stream.StreamSupport;

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
        return connection.preparedQuery(NEWEST).execute(Tuple.of(run.runId())).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .findFirst()
                .map(row -> row.getLong("number")));
    }
}
