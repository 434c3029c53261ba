package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes one batch back: rows that it inserted are deleted, rows that it updated get their former values, rows that it deleted come again; each only if it still is what the
 * batch made of it. Use once.
 */
final class ImportUndo {

    /** What a later batch of the run made of a row again was taken back by now: its content is the proof then, not who wrote it last. A row stays with its entity. */
    private static final String CHANGES = """
            SELECT j.key AS name, j.action,
                   EXISTS (SELECT
                             FROM godwit.import_change AS later
                            WHERE later.run_id = $1
                              AND later.entity = j.entity
                              AND later.key = j.key
                              AND later.batch <> $2
                              AND %s) AS changed_again
              FROM godwit.import_change AS j
             WHERE j.run_id = $1
               AND j.batch = $2
             ORDER BY j.key
            """.formatted(Undo.undone("later"));

    private static final String KEEP = """
            UPDATE godwit.import_change AS j
               SET kept = t.reason
              FROM unnest($3::text[], $4::text[]) AS t(name, reason)
             WHERE j.run_id = $1
               AND j.batch = $2
               AND j.key = t.name
            """;

    /**
     * A row that stays is no longer the import's, so the map forgets it too. Entries are looked up one by one and updated where they are: of a join PostgreSQL might read
     * the whole map. One that somebody changes meanwhile has moved, and is left.
     */
    private static final String UNMAP = """
            UPDATE godwit.imported AS m
               SET target_key = t.former
              FROM (SELECT e.place, j.former
                      FROM godwit.import_change AS j
                     CROSS JOIN LATERAL (
                        SELECT i.ctid AS place
                          FROM godwit.imported AS i
                         WHERE i.migration = $3
                           AND i.source_key = j.entity
                           AND i.target_key IS NOT DISTINCT FROM CASE WHEN j.action <> 'delete' THEN j.key END
                        OFFSET 0) AS e
                     WHERE j.run_id = $1
                       AND j.batch = $2
                    OFFSET 0) AS t
             WHERE m.ctid = t.place
            """;

    /** Entities of the batch whose other batches are undone already: an entity is told when the last of its rows has been judged. */
    private static final String ENTITIES = """
            SELECT mine.entity, min(every.kept) AS kept
              FROM godwit.import_change AS mine
              JOIN godwit.import_change AS every ON every.run_id = $1 AND every.entity = mine.entity
             WHERE mine.run_id = $1
               AND mine.batch = $2
               AND NOT EXISTS (SELECT
                                 FROM godwit.import_change AS other
                                WHERE other.run_id = $1
                                  AND other.entity = mine.entity
                                  AND other.batch <> $2
                                  AND NOT %s)
             GROUP BY mine.entity
            HAVING bool_or(every.action <> 'delete')
             ORDER BY mine.entity
            """.formatted(Undo.undone("other"));

    private final ImportRun run;
    private final SqlConnection connection;
    private final long batch;
    private final List<String> delete = new ArrayList<>();
    private final List<String> restore = new ArrayList<>();
    private final List<String> insert = new ArrayList<>();
    private final Map<String, String> kept = new LinkedHashMap<>();

    ImportUndo(ImportRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.connection = connection;
        this.batch = batch;
    }

    Uni<BatchResult> undo() {
        Tuple mine = Tuple.of(run.runId(), batch);
        return Rows.query(connection, run.undoSql().lockChanged(), mine)
                .chain(locked -> Rows.query(connection, CHANGES, mine).invoke(changes -> judge(changes, locked)))
                .chain(() -> execute(run.undoSql().delete(), delete, Tuple.tuple()))
                .chain(() -> execute(run.undoSql().restore(), restore, Tuple.of(run.runId(), batch)))
                .chain(() -> execute(run.undoSql().insertAgain(), insert, Tuple.of(run.runId(), batch)))
                .chain(this::keep)
                .chain(() -> connection.preparedQuery(UNMAP).execute(Tuple.of(run.runId(), batch, run.migration())))
                .chain(() -> Rows.query(connection, ENTITIES, mine))
                .map(this::result);
    }

    private void judge(List<Row> changes, List<Row> locked) {
        Map<String, Row> now = new HashMap<>();
        locked.forEach(row -> now.put(row.getString("name"), row));
        for (Row change : changes) {
            String name = change.getString("name");
            Row row = now.get(name);
            switch (change.getString("action")) {
                case "insert" -> inserted(name, row, change.getBoolean("changed_again"));
                case "update" -> updated(name, row, change.getBoolean("changed_again"));
                default -> deleted(name, row);
            }
        }
    }

    /** A row that is gone needs no deletion; one that somebody made anew is not ours, however alike it is. */
    private void inserted(String name, Row row, boolean changedAgain) {
        if (row == null) {
            return;
        }
        Boolean writer = row.getBoolean("writer");
        boolean ours = writer != null && (row.getBoolean("same") || (writer && !changedAgain));
        if (ours && !row.getBoolean("referenced")) {
            delete.add(name);
        } else {
            kept.put(name, ours ? DeriveUndo.REFERENCED : UndoBatch.CHANGED_SINCE);
        }
    }

    private void updated(String name, Row row, boolean changedAgain) {
        if (row == null) {
            kept.put(name, UndoBatch.DELETED_SINCE);
        } else if (row.getBoolean("same") || (Boolean.TRUE.equals(row.getBoolean("writer")) && !changedAgain)) {
            restore.add(name);
        } else {
            kept.put(name, UndoBatch.CHANGED_SINCE);
        }
    }

    private void deleted(String name, Row row) {
        if (row == null) {
            insert.add(name);
        } else {
            kept.put(name, UndoBatch.KEY_TAKEN);
        }
    }

    private Uni<Void> execute(String sql, List<String> names, Tuple parameters) {
        return names.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(sql)
                        .execute(parameters.addValue(ImportReader.array(names)))
                        .replaceWithVoid();
    }

    private Uni<Void> keep() {
        return kept.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(KEEP)
                        .execute(Tuple.of(
                                run.runId(),
                                batch,
                                ImportReader.array(kept.keySet()),
                                ImportReader.array(kept.values())))
                        .replaceWithVoid();
    }

    private BatchResult result(List<Row> entities) {
        List<Outcome> outcomes = new ArrayList<>();
        kept.forEach((name, reason) -> outcomes.add(Outcome.of(run.targetName(), name, OutcomeKind.DIVERGED)
                .because(reason)
                .explained(
                        reason.equals(DeriveUndo.REFERENCED)
                                ? "left as it is: rows of others refer to it"
                                : "left as it is: it is not what the run made of it")));
        entities.forEach(row -> outcomes.add(entity(row.getString("entity"), row.getString("kept"))));
        long written = (long) delete.size() + restore.size() + insert.size();
        Map<String, Long> touched = written == 0 ? Map.of() : Map.of(run.targetName(), written);
        return new BatchResult(outcomes, touched, List.of(), List.of(), List.of(), outcomes.size());
    }

    /** That its new key is its own says that it has none in the target any more. */
    private Outcome entity(String key, String reason) {
        return reason == null
                ? Outcome.of(run.rootName(), key, OutcomeKind.REVERTED).to(key)
                : Outcome.of(run.rootName(), key, OutcomeKind.DIVERGED)
                        .because(reason)
                        .explained("its row in the target was left as it is");
    }
}
