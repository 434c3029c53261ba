package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Deletes the rows that one batch has inserted, as far as they still are what it inserted; the others are left and told. Use once. */
final class DeriveUndo {

    /** Code of a row on which rows of others hang. */
    static final String REFERENCED = "referenced";

    /** Code of a row that the run has not written, and that was made or changed while it was there. */
    static final String WRITTEN_BY_OTHERS = "written_by_others";

    private static final String KEEP = """
            UPDATE godwit.derived AS d
               SET kept = t.reason
              FROM unnest($3::text[], $4::text[]) AS t(name, reason)
             WHERE d.run_id = $1
               AND d.batch = $2
               AND d.key = t.name
            """;

    /** Entities of the batch whose other batches are undone already: an entity is told when the last of its rows has been judged. */
    private static final String ENTITIES = """
            SELECT mine.entity, min(every.kept) AS kept
              FROM godwit.derived AS mine
              JOIN godwit.derived AS every ON every.run_id = $1 AND every.entity = mine.entity
             WHERE mine.run_id = $1
               AND mine.batch = $2
               AND NOT EXISTS (SELECT
                                 FROM godwit.derived AS other
                                WHERE other.run_id = $1
                                  AND other.entity = mine.entity
                                  AND other.batch <> $2
                                  AND NOT %s)
             GROUP BY mine.entity
             ORDER BY mine.entity
            """.formatted(Undo.undone("other"));

    private final DeriveRun run;
    private final SqlConnection connection;
    private final long batch;

    DeriveUndo(DeriveRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.connection = connection;
        this.batch = batch;
    }

    /** A row that stays, and why. */
    private record Kept(String name, String reason) {}

    Uni<BatchResult> undo() {
        Tuple mine = Tuple.of(run.runId(), batch);
        return Rows.query(connection, run.undoSql().lockInserted(), mine).chain(rows -> {
            List<Kept> kept = rows.stream()
                    .filter(row -> !goes(row))
                    .map(DeriveUndo::kept)
                    .toList();
            String[] gone = rows.stream()
                    .filter(DeriveUndo::goes)
                    .map(row -> row.getString("name"))
                    .toArray(String[]::new);
            return connection
                    .preparedQuery(run.undoSql().delete())
                    .execute(Tuple.of((Object) gone))
                    .chain(() -> keep(kept))
                    .chain(() -> Rows.query(connection, ENTITIES, mine))
                    .map(entities -> result(entities, kept, gone.length));
        });
    }

    private static boolean goes(Row row) {
        return row.getBoolean("ours") && !row.getBoolean("referenced");
    }

    private static Kept kept(Row row) {
        return new Kept(row.getString("name"), row.getBoolean("ours") ? REFERENCED : UndoBatch.CHANGED_SINCE);
    }

    private Uni<Void> keep(List<Kept> kept) {
        if (kept.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple row = Tuple.of(
                run.runId(),
                batch,
                kept.stream().map(Kept::name).toArray(String[]::new),
                kept.stream().map(Kept::reason).toArray(String[]::new));
        return connection.preparedQuery(KEEP).execute(row).replaceWithVoid();
    }

    private BatchResult result(List<Row> entities, List<Kept> kept, long deleted) {
        List<Outcome> outcomes = new ArrayList<>();
        kept.forEach(row -> outcomes.add(Outcome.of(run.targetName(), row.name(), OutcomeKind.DIVERGED)
                .because(row.reason())
                .explained(
                        row.reason().equals(REFERENCED)
                                ? "left as it is: rows of others refer to it"
                                : "left as it is: it is not what the run inserted")));
        entities.forEach(row -> outcomes.add(entity(row.getString("entity"), row.getString("kept"))));
        Map<String, Long> written = deleted == 0 ? Map.of() : Map.of(run.targetName(), deleted);
        return new BatchResult(outcomes, written, List.of(), List.of(), List.of(), outcomes.size());
    }

    private Outcome entity(String key, String kept) {
        return kept == null
                ? Outcome.of(run.rootName(), key, OutcomeKind.REVERTED)
                : Outcome.of(run.rootName(), key, OutcomeKind.DIVERGED)
                        .because(kept)
                        .explained("not all of its rows could be taken back");
    }

    /** Rows in a range of the target that others wrote while the run was there. They are left, as every row is that the run has not inserted; here they are told. */
    Uni<BatchResult> othersIn(Selection.BlockRange range) {
        if (run.run().barrier().isEmpty()) {
            return Uni.createFrom().item(BatchResult.NOTHING);
        }
        Tuple parameters = Tuple.of(
                run.runId(), range.fromTid(), range.toTid(), run.run().barrier().get());
        return Rows.query(connection, run.undoSql().writtenByOthers(range.relation()), parameters)
                .map(rows -> rows.stream().map(this::others).toList())
                .map(outcomes -> new BatchResult(outcomes, Map.of(), List.of(), List.of(), List.of(), outcomes.size()));
    }

    private Outcome others(Row row) {
        return Outcome.of(run.targetName(), row.getString("name"), OutcomeKind.DIVERGED)
                .because(WRITTEN_BY_OTHERS)
                .explained("left as it is: the run did not insert it");
    }
}
