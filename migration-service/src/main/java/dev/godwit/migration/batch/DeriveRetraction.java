package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes rows back in mid-run that the run has inserted and that nobody derives any more: the application changed an entity, or what belongs to it, or deleted it. */
final class DeriveRetraction {

    private static final String MARK = """
            UPDATE godwit.derived
               SET retracted = true
             WHERE run_id = $1
               AND key = ANY ($2::text[])
            """;

    private final DeriveRun run;
    private final SqlConnection connection;

    DeriveRetraction(DeriveRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** A row of the target, and the entity that derived it. */
    record Row(String entity, String name) {}

    /** Those of the entities with a row that they no longer derive; locks nothing. */
    Uni<Set<String>> superfluousEntities(List<String> keys) {
        return superfluous(keys, false).map(rows -> {
            Set<String> entities = new HashSet<>();
            rows.forEach(row -> entities.add(row.entity()));
            return entities;
        });
    }

    /** Takes back what these entities no longer derive, and answers it. */
    Uni<List<Row>> retract(Collection<String> keys) {
        return superfluous(keys, true).call(this::delete);
    }

    /**
     * Takes rows in a range of blocks back whose entities are gone or out of scope.
     *
     * @param rowByRow a row that cannot be deleted is told as failed, else it fails the batch
     */
    Uni<BatchResult> sweep(Selection.BlockRange range, boolean rowByRow) {
        Tuple parameters = Tuple.of(run.runId(), range.fromTid(), range.toTid());
        return rows(run.undoSql().orphaned(range.relation()), parameters)
                .chain(rows -> rowByRow
                        ? new OneByOne<Row>(connection)
                                .write(
                                        rows,
                                        row -> delete(List.of(row)).replaceWith(() -> told(List.of(row))),
                                        this::failed)
                        : delete(rows).replaceWith(() -> told(rows)))
                .map(this::swept);
    }

    private List<Outcome> told(List<Row> rows) {
        return rows.stream()
                .map(row -> Outcome.of(run.targetName(), row.name(), OutcomeKind.MIGRATED)
                        .because(DeriveResult.RETRACTED))
                .toList();
    }

    private Outcome failed(Row row, Throwable failure) {
        return Outcome.of(run.targetName(), row.name(), OutcomeKind.FAILED)
                .because(PgErrors.code(failure))
                .explained(PgErrors.describe(failure));
    }

    private BatchResult swept(List<Outcome> outcomes) {
        long gone = outcomes.stream()
                .filter(outcome -> outcome.kind() == OutcomeKind.MIGRATED)
                .count();
        Map<String, Long> written = gone == 0 ? Map.of() : Map.of(run.targetName(), gone);
        return new BatchResult(outcomes, written, List.of(), List.of(), List.of(), outcomes.size());
    }

    private Uni<List<Row>> superfluous(Collection<String> keys, boolean lock) {
        return keys.isEmpty()
                ? Uni.createFrom().item(List.of())
                : rows(run.undoSql().superfluous(), Tuple.of(run.runId(), keys.toArray(String[]::new)))
                        .chain(rows -> rows.isEmpty() ? Uni.createFrom().item(rows) : retractable(rows, lock));
    }

    /** Those that still are what the run inserted, and on which nobody's rows hang. */
    private Uni<List<Row>> retractable(List<Row> rows, boolean lock) {
        String[] names = rows.stream().map(Row::name).toArray(String[]::new);
        return Rows.query(connection, run.undoSql().retractable(lock), Tuple.of(run.runId(), names))
                .map(found -> Set.copyOf(Rows.texts(found, "name")))
                .map(free ->
                        rows.stream().filter(row -> free.contains(row.name())).toList());
    }

    private Uni<List<Row>> rows(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters).map(rows -> rows.stream()
                .map(row -> new Row(row.getString("entity"), row.getString("name")))
                .distinct()
                .toList());
    }

    private Uni<Void> delete(List<Row> rows) {
        if (rows.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String[] names = rows.stream().map(Row::name).toArray(String[]::new);
        return connection
                .preparedQuery(run.undoSql().delete())
                .execute(Tuple.of((Object) names))
                .chain(() -> connection.preparedQuery(MARK).execute(Tuple.of(run.runId(), names)))
                .replaceWithVoid();
    }
}
