package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** Plays a batch's journal of merges backwards: deleted rows are inserted from their images, moved references and rewritten values set back. */
final class UndoMerges {

    private static final String JOURNAL = """
            SELECT action, relation, columns, before, after, key
              FROM godwit.journal
             WHERE run_id = $1
               AND batch = $2
             ORDER BY position DESC
            """;

    private static final String MERGED_KEY = """
            SELECT old_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = $2
               AND batch = $3
               AND merged
               AND new_key = $4
            """;

    private final RunContext run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final long batch;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, String> parkedByKey = new LinkedHashMap<>();
    private final Map<String, Long> written = new LinkedHashMap<>();
    private List<String> survivors = List.of();

    UndoMerges(RunContext run, SqlConnection connection, long batch) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.batch = batch;
    }

    /**
     * What was undone.
     *
     * @param parked losers that must wait for their survivor to leave their key: parked key to old key
     */
    record Undone(List<Outcome> outcomes, Map<String, String> parked, Map<String, Long> written) {}

    /** @param leaving keys that survivors hold now and will give up in this batch */
    Uni<Undone> undo(List<String> leaving) {
        survivors = leaving;
        return query(JOURNAL, Tuple.of(run.runId(), batch))
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .onItem()
                        .transformToUniAndConcatenate(this::undo)
                        .onItem()
                        .ignoreAsUni())
                .replaceWith(() -> {
                    Map<String, String> parked = new LinkedHashMap<>();
                    parkedByKey.forEach((key, aside) -> parked.put(aside, key));
                    return new Undone(outcomes, parked, written);
                });
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
        boolean root = relation.equals(run.rootName());
        String key = List.of(row.getArrayOfStrings("key")).get(0);
        if (root && survivors.contains(key)) {
            parkedByKey.put(key, model.keyType().parkedKey());
        }
        return insert(relation, columns, translated(relation, columns, image))
                .invoke(inserted -> outcomes.addAll(insertOutcome(relation, root, key, inserted)))
                .replaceWithVoid();
    }

    /** Parked losers stand for their old key until the survivor has left it, in their own row and in their children's. */
    private String[] translated(String relation, List<String> columns, String[] image) {
        String[] values = image.clone();
        boolean root = relation.equals(run.rootName());
        for (int i = 0; i < values.length; i++) {
            String column = columns.get(i);
            boolean reference = model.merges().stream()
                    .anyMatch(r -> r.map() == 0
                            && r.table().toString().equals(relation)
                            && r.column().equals(column));
            boolean key = root && column.equals(model.key());
            if ((reference || key) && values[i] != null) {
                values[i] = parkedByKey.getOrDefault(values[i], values[i]);
            }
        }
        return values;
    }

    private List<Outcome> insertOutcome(String relation, boolean root, String key, boolean inserted) {
        if (!inserted) {
            return List.of(Outcome.of(relation, key, OutcomeKind.DIVERGED)
                    .because(UndoBatch.KEY_TAKEN)
                    .explained("another row stands where this one was; it was not brought back"));
        }
        return root
                ? List.of(
                        Outcome.of(relation, key, OutcomeKind.REVERTED).to(key).because("merged"))
                : List.of();
    }

    private Uni<Boolean> insert(String relation, List<String> columns, String[] values) {
        TableShape shape = run.shape(relation);
        String names = columns.stream().map(c -> quote(c)).collect(joining(", "));
        String casts = IntStream.range(0, columns.size())
                .mapToObj(i -> "($1::text[])[" + (i + 1) + "]::" + shape.types().get(columns.get(i)))
                .collect(joining(", "));
        String sql = "INSERT INTO " + shape.name().quoted() + " (" + names + ") OVERRIDING SYSTEM VALUE\nSELECT "
                + casts + "\nON CONFLICT DO NOTHING";
        return connection.preparedQuery(sql).execute(Tuple.of((Object) values)).map(rows -> {
            written.merge(relation, (long) rows.rowCount(), Long::sum);
            return rows.rowCount() == 1;
        });
    }

    private Uni<Void> moveBack(Row row) {
        String relation = row.getString("relation");
        String column = row.getArrayOfStrings("columns")[0];
        String before = row.getArrayOfStrings("before")[0];
        String after = row.getArrayOfStrings("after")[0];
        List<String> key = List.of(row.getArrayOfStrings("key"));
        String target = parkedByKey.getOrDefault(before, before);
        return derivedOldKey(relation, column, key)
                .chain(oldKey -> set(relation, key, column, target, after, oldKey))
                .invoke(done -> {
                    if (!done) {
                        outcomes.add(changedSince(relation, key));
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Void> restore(Row row) {
        String relation = row.getString("relation");
        List<String> key = List.of(row.getArrayOfStrings("key"));
        return set(
                        relation,
                        key,
                        row.getArrayOfStrings("columns")[0],
                        row.getArrayOfStrings("before")[0],
                        row.getArrayOfStrings("after")[0],
                        Optional.empty())
                .invoke(done -> {
                    if (!done) {
                        outcomes.add(changedSince(relation, key));
                    }
                })
                .replaceWithVoid();
    }

    private static Outcome changedSince(String relation, List<String> key) {
        return Outcome.of(relation, ReferenceTranslation.keyText(key), OutcomeKind.DIVERGED)
                .because(UndoBatch.CHANGED_SINCE);
    }

    private Uni<Optional<String>> derivedOldKey(String relation, String column, List<String> key) {
        Optional<MergeReference> derived = model.merges().stream()
                .filter(r -> r.table().toString().equals(relation) && r.column().equals(column) && r.derivedMap() > 0)
                .findFirst();
        if (derived.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        Tuple parameters = Tuple.of(run.runId(), derived.get().derivedMap(), batch, key.get(0));
        return query(MERGED_KEY, parameters)
                .map(rows -> rows.stream().findFirst().map(found -> found.getString("old_key")));
    }

    private Uni<Boolean> set(
            String relation, List<String> key, String column, String before, String after, Optional<String> oldKey) {
        TableShape shape = run.shape(relation);
        List<Object> parameters = new ArrayList<>(Arrays.asList(before, after));
        String set = quote(column) + " = $1::text::" + shape.types().get(column);
        if (oldKey.isPresent()) {
            parameters.add(oldKey.get());
            String keyColumn = shape.primaryKey().get(0);
            set += ", " + quote(keyColumn) + " = $3::text::" + shape.types().get(keyColumn);
        }
        List<String> where = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            parameters.add(key.get(i));
            String keyColumn = shape.primaryKey().get(i);
            where.add(quote(keyColumn) + " = $" + parameters.size() + "::text::"
                    + shape.casts().get(keyColumn));
        }
        String sql = "UPDATE " + shape.name().quoted() + " SET " + set + "\n WHERE " + String.join(" AND ", where)
                + "\n   AND " + quote(column) + "::text = $2::text";
        return connection.preparedQuery(sql).execute(Tuple.from(parameters)).map(rows -> {
            written.merge(relation, (long) rows.rowCount(), Long::sum);
            return rows.rowCount() == 1;
        });
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .toList());
    }
}
