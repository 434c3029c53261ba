package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plays a batch's journal of merges backwards: deleted rows are inserted from their images, moved references and rewritten values set back. */
final class UndoMerges {

    private static final String JOURNAL = """
            SELECT action, relation, columns, before, after, key
              FROM godwit.journal
             WHERE run_id = $1
               AND batch = $2
             ORDER BY position DESC
            """;

    private static final String WRITTEN_AS = """
            SELECT new_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = $2
               AND batch = $3
               AND old_key = $4
            """;

    /** Code of a row that was merged away and cannot return, because a row that it refers to has been deleted since. */
    static final String PARENT_GONE = "parent_gone";

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final long batch;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, Long> written = new LinkedHashMap<>();
    private final Map<String, Parents> parents = new HashMap<>();

    UndoMerges(RekeyRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.batch = batch;
    }

    /** Whether a row could be brought back. */
    private enum Inserted {
        YES,
        PARENT_GONE,
        KEY_TAKEN
    }

    /** What was undone. */
    record Undone(List<Outcome> outcomes, Map<String, Long> written) {}

    Uni<Undone> undo() {
        return query(JOURNAL, Tuple.of(run.runId(), batch))
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .onItem()
                        .transformToUniAndConcatenate(this::undo)
                        .onItem()
                        .ignoreAsUni())
                .replaceWith(() -> new Undone(outcomes, written));
    }

    private Uni<Void> undo(Row row) {
        return switch (row.getString("action")) {
            case "delete" -> insert(row);
            case "move" -> moveBack(row);
            default -> restore(row);
        };
    }

    private Uni<Void> insert(Row row) {
        String relation = row.getString("relation");
        List<String> columns = List.of(row.getArrayOfStrings("columns"));
        String[] image = row.getArrayOfStrings("before");
        String key = ReferenceTranslation.keyText(List.of(row.getArrayOfStrings("key")));
        return parents(relation)
                .chain(parents -> insert(relation, columns, image, parents))
                .invoke(done -> outcomes.addAll(insertOutcome(relation, key, done)))
                .replaceWithVoid();
    }

    private Uni<Parents> parents(String relation) {
        Parents known = parents.get(relation);
        return known != null
                ? Uni.createFrom().item(known)
                : Parents.of(connection, run.shape(relation), model.triggersOff())
                        .invoke(read -> parents.put(relation, read));
    }

    private List<Outcome> insertOutcome(String relation, String key, Inserted done) {
        return switch (done) {
            case PARENT_GONE ->
                List.of(diverged(relation, key, PARENT_GONE)
                        .explained("a row that this one refers to is gone; it was not brought back"));
            case KEY_TAKEN ->
                List.of(diverged(relation, key, UndoBatch.KEY_TAKEN)
                        .explained("another row stands where this one was; it was not brought back"));
            case YES ->
                relation.equals(run.rootName())
                        ? List.of(Outcome.of(relation, key, OutcomeKind.REVERTED)
                                .to(key)
                                .because(Outcome.MERGED))
                        : List.of();
        };
    }

    private static Outcome diverged(String relation, String key, String reason) {
        return Outcome.of(relation, key, OutcomeKind.DIVERGED).because(reason);
    }

    /** A row whose parent could not be brought back, or that somebody has deleted, stays away too, and is reported. */
    private String parentsExist(String relation, List<String> columns, Parents parents) {
        String declared = model.merges().stream()
                .filter(r -> r.table().toString().equals(relation) && r.kind() == ColumnRewrite.Kind.SCALAR)
                .filter(r -> columns.contains(r.column()) && !parents.covers(r.column()))
                .map(r -> "\n           AND (" + Parents.value(r.column(), columns) + " IS NULL OR "
                        + parentExists(r, Parents.value(r.column(), columns)) + ")")
                .collect(joining());
        return parents.exist(columns) + declared;
    }

    private String parentExists(MergeReference reference, String key) {
        return "EXISTS (SELECT FROM " + model.tableOfMap(reference.map()).quoted() + " AS p WHERE p."
                + quote(model.keyOfMap(reference.map())) + " = (" + key + ")::"
                + model.typeOfMap(reference.map()).castName() + ")";
    }

    private Uni<Inserted> insert(String relation, List<String> columns, String[] values, Parents parents) {
        TableShape shape = run.shape(relation);
        String sql = """
                WITH parents AS MATERIALIZED (
                    SELECT %s AS there),
                     brought AS (
                    INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE
                    SELECT %s
                      FROM parents
                     WHERE there
                    ON CONFLICT DO NOTHING
                    RETURNING 1)
                SELECT there, EXISTS (SELECT FROM brought) AS brought
                  FROM parents
                """.formatted(
                        parentsExist(relation, columns, parents),
                        shape.name().quoted(),
                        columns.stream().map(c -> quote(c)).collect(joining(", ")),
                        columns.stream()
                                .map(c -> Parents.value(c, columns) + "::"
                                        + shape.types().get(c))
                                .collect(joining(", ")));
        return query(sql, Tuple.of((Object) values)).map(rows -> {
            Row row = rows.get(0);
            if (!row.getBoolean("there")) {
                return Inserted.PARENT_GONE;
            }
            written.merge(relation, row.getBoolean("brought") ? 1L : 0L, Long::sum);
            return row.getBoolean("brought") ? Inserted.YES : Inserted.KEY_TAKEN;
        });
    }

    /**
     * The row is found under the key that the merge left it, or under the one that the batch gave it afterwards where its survivor has not moved back; the same holds for
     * the key it references.
     */
    private Uni<Void> moveBack(Row row) {
        String relation = row.getString("relation");
        String column = row.getArrayOfStrings("columns")[0];
        String before = row.getArrayOfStrings("before")[0];
        String after = row.getArrayOfStrings("after")[0];
        List<String> key = List.of(row.getArrayOfStrings("key"));
        MergeReference reference = model.merges().stream()
                .filter(r -> r.table().toString().equals(relation) && r.column().equals(column))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the journal names an unknown reference: " + relation));
        return writtenAs(reference.map(), after)
                .chain(afters -> writtenAs(reference.derivedMap(), key.get(0))
                        .chain(keys -> set(
                                relation,
                                key,
                                keys,
                                column,
                                before,
                                afters,
                                "\n   AND " + parentExists(reference, "$1::text"))))
                .invoke(done -> noteChange(done, relation, key))
                .replaceWithVoid();
    }

    /** A value that a merge rewrote in an array, or that the translation of a reference could not have restored by the inverse of the map. */
    private Uni<Void> restore(Row row) {
        String relation = row.getString("relation");
        String column = row.getArrayOfStrings("columns")[0];
        String before = row.getArrayOfStrings("before")[0];
        String after = row.getArrayOfStrings("after")[0];
        List<String> key = List.of(row.getArrayOfStrings("key"));
        Uni<RewrittenArray> value = model.merges().stream()
                .filter(r -> r.kind() == ColumnRewrite.Kind.ARRAY)
                .filter(r -> r.table().toString().equals(relation) && r.column().equals(column))
                .findFirst()
                .map(reference -> RewrittenArray.read(run, connection, batch, reference, before, after))
                .orElseGet(() -> Uni.createFrom().item(new RewrittenArray(before, after, true)));
        return value.chain(array -> array.whole()
                        ? set(relation, key, List.of(key.get(0)), column, array.before(), List.of(array.after()), "")
                        : Uni.createFrom().item(false))
                .invoke(done -> noteChange(done, relation, key))
                .replaceWithVoid();
    }

    private void noteChange(boolean done, String relation, List<String> key) {
        if (!done) {
            outcomes.add(changedSince(relation, key));
        }
    }

    /** A key, and what the batch made of it later. */
    private Uni<List<String>> writtenAs(int relation, String key) {
        if (relation < 0) {
            return Uni.createFrom().item(List.of(key));
        }
        return query(WRITTEN_AS, Tuple.of(run.runId(), relation, batch, key)).map(rows -> {
            List<String> keys = new ArrayList<>(List.of(key));
            rows.forEach(row -> keys.add(row.getString("new_key")));
            return keys;
        });
    }

    private static Outcome changedSince(String relation, List<String> key) {
        return Outcome.of(relation, ReferenceTranslation.keyText(key), OutcomeKind.DIVERGED)
                .because(UndoBatch.CHANGED_SINCE);
    }

    /** Sets one column back, and the key too where the batch had changed it: {@code keys} are the forms that its first column may have now. */
    private Uni<Boolean> set(
            String relation,
            List<String> key,
            List<String> keys,
            String column,
            String before,
            List<String> afters,
            String condition) {
        TableShape shape = run.shape(relation);
        String first = shape.primaryKey().get(0);
        List<Object> parameters = new ArrayList<>();
        parameters.add(before);
        parameters.add(afters.toArray(String[]::new));
        parameters.add(keys.toArray(String[]::new));
        String set = quote(column) + " = $1::text::" + shape.types().get(column);
        if (keys.size() > 1) {
            parameters.add(key.get(0));
            set += ", " + quote(first) + " = $4::text::" + shape.types().get(first);
        }
        List<String> where = new ArrayList<>();
        where.add(quote(first) + " = ANY ($3::text[]::" + shape.casts().get(first) + "[])");
        for (int i = 1; i < key.size(); i++) {
            parameters.add(key.get(i));
            String keyColumn = shape.primaryKey().get(i);
            where.add(quote(keyColumn) + " = $" + parameters.size() + "::text::"
                    + shape.casts().get(keyColumn));
        }
        String sql = "UPDATE " + shape.name().quoted() + " SET " + set + "\n WHERE " + String.join(" AND ", where)
                + "\n   AND " + quote(column) + "::text = ANY ($2::text[])" + condition;
        return connection.preparedQuery(sql).execute(Tuple.from(parameters)).map(rows -> {
            written.merge(relation, (long) rows.rowCount(), Long::sum);
            return rows.rowCount() == 1;
        });
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters);
    }
}
