package dev.godwit.migration.batch;

import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives the rows of one batch their former values back, of the columns that it changed; what others wrote into further columns stays. A row that no longer has what the
 * batch gave it is left. Use once.
 */
final class TransformUndo {

    /** A row that a later batch changed again is told by that one: what stands there now is what the application wrote in between, or what this batch made of it. */
    private static final String IMAGES = """
            SELECT i.key,
                   EXISTS (SELECT
                             FROM godwit.image AS later
                            WHERE later.run_id = $1
                              AND later.key = i.key
                              AND later.batch <> $2
                              AND %s) AS changed_again
              FROM godwit.image AS i
             WHERE i.run_id = $1
               AND i.batch = $2
             ORDER BY i.key
            """.formatted(Undo.undone("later"));

    private final TransformRun run;
    private final SqlConnection connection;
    private final long batch;

    TransformUndo(TransformRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.connection = connection;
        this.batch = batch;
    }

    private record Now(boolean same, String xmin) {}

    Uni<BatchResult> undo() {
        Tuple named = Tuple.of(run.runId(), batch);
        return connection.query(ExactText.SETTINGS).execute().chain(() -> query(
                        run.sql().lockChanged(), named)
                .chain(locked -> new OwnWrites(run.runId(), connection)
                        .among(locked)
                        .chain(own -> query(IMAGES, named).chain(images -> judge(images, now(locked), own)))));
    }

    private static Map<String, Now> now(List<Row> locked) {
        Map<String, Now> now = new HashMap<>();
        locked.forEach(row -> now.put(row.getString("key"), new Now(row.getBoolean("same"), row.getString("xmin"))));
        return now;
    }

    private Uni<BatchResult> judge(List<Row> images, Map<String, Now> now, Set<String> own) {
        List<Outcome> outcomes = new ArrayList<>();
        List<String> restored = new ArrayList<>();
        for (Row image : images) {
            String key = image.getString("key");
            boolean changedAgain = image.getBoolean("changed_again");
            Now row = now.get(key);
            if (row != null && (row.same() || (!changedAgain && own.contains(row.xmin())))) {
                restored.add(key);
                if (!changedAgain) {
                    outcomes.add(Outcome.of(run.rootName(), key, OutcomeKind.REVERTED));
                }
            } else if (!changedAgain) {
                outcomes.add(left(key, row == null ? UndoBatch.DELETED_SINCE : UndoBatch.CHANGED_SINCE));
            }
        }
        return restore(restored)
                .map(rows -> new BatchResult(
                        outcomes, Map.of(run.rootName(), rows), List.of(), List.of(), List.of(), outcomes.size()));
    }

    private Outcome left(String key, String reason) {
        return Outcome.of(run.rootName(), key, OutcomeKind.DIVERGED)
                .because(reason)
                .explained("left as it is: it is not what the run wrote");
    }

    private Uni<Long> restore(List<String> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(0L);
        }
        return connection
                .preparedQuery(run.sql().restore())
                .execute(Tuple.of(run.runId(), batch, keys.toArray(String[]::new)))
                .map(rows -> (long) rows.rowCount());
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters);
    }
}
