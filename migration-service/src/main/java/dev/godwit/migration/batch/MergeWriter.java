package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.Decision.Merge;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Merges duplicates into their survivors, before the survivors move: references follow, children that meet an equal child of the survivor are merged into that
 * one in turn, and only then the loser goes. Everything is journaled row by row, because the identity map has no inverse here.
 */
final class MergeWriter {

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final Map<String, Long> written = new LinkedHashMap<>();

    MergeWriter(RekeyRun run, SqlConnection connection, RekeyJournal journal) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.journal = journal;
    }

    /** A row that goes, the row that takes its place, and the key that this one has or gets. */
    private record Loser(String key, String survivor, String target) {}

    /** Merges, and answers the rows written per table. */
    Uni<Map<String, Long>> merge(List<Merge> merges) {
        List<Loser> losers = merges.stream()
                .map(m -> new Loser(m.key(), m.survivor(), m.target()))
                .toList();
        return mergeInto(0, losers).replaceWith(written);
    }

    private Uni<Void> mergeInto(int map, List<Loser> losers) {
        if (losers.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<MergeReference> references =
                model.merges().stream().filter(r -> r.map() == map).toList();
        return Multi.createFrom()
                .iterable(references)
                .onItem()
                .transformToUniAndConcatenate(reference -> follow(reference, losers))
                .onItem()
                .ignoreAsUni()
                .chain(() -> delete(map, losers));
    }

    private Uni<Void> follow(MergeReference reference, List<Loser> losers) {
        if (reference.primaryKey().isEmpty()) {
            return refuseNameless(reference, losers);
        }
        return reference.kind() == ColumnRewrite.Kind.ARRAY
                ? new MergedArrays(run, connection, journal, this::count).rewrite(reference, survivors(losers))
                : new MergedChildren(run, connection, reference, true)
                        .sort(survivors(losers), targets(losers))
                        .chain(sorted -> moveAndMerge(reference, sorted));
    }

    private Uni<Void> refuseNameless(MergeReference reference, List<Loser> losers) {
        return new Dependents(connection)
                .onNamelessRows(reference, losers.stream().map(Loser::key).toList())
                .invoke(keys -> {
                    if (!keys.isEmpty()) {
                        throw new MergeRefusedException(
                                reference.table() + " has no primary key: its rows cannot be journaled one by one");
                    }
                })
                .replaceWithVoid();
    }

    private static Map<String, String> survivors(List<Loser> losers) {
        Map<String, String> survivors = new LinkedHashMap<>();
        losers.forEach(loser -> survivors.put(loser.key(), loser.survivor()));
        return survivors;
    }

    private static Map<String, String> targets(List<Loser> losers) {
        Map<String, String> targets = new LinkedHashMap<>();
        losers.forEach(loser -> targets.put(loser.survivor(), loser.target()));
        return targets;
    }

    private Uni<Void> moveAndMerge(MergeReference reference, MergedChildren.Sorted sorted) {
        return mergeChildren(reference, sorted.doomed()).chain(() -> Multi.createFrom()
                .iterable(sorted.moved())
                .onItem()
                .transformToUniAndConcatenate(child -> move(reference, child))
                .onItem()
                .ignoreAsUni());
    }

    /** Children that meet an equal one: those with keys of their own kind are merged like entities, others are deleted. */
    private Uni<Void> mergeChildren(MergeReference reference, List<MergedChildren.Child> doomed) {
        if (doomed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        if (reference.derivedMap() > 0) {
            List<Loser> losers = doomed.stream()
                    .map(c -> new Loser(
                            c.key().get(0),
                            c.equal().get(0),
                            c.newKey().orElse(c.equal().get(0))))
                    .toList();
            List<RekeyJournal.Identity> identities = doomed.stream()
                    .map(c -> new RekeyJournal.Identity(
                            c.key().get(0), c.newKey().orElse(c.equal().get(0)), true))
                    .toList();
            return mergeInto(reference.derivedMap(), losers)
                    .chain(() -> journal.identities(reference.derivedMap(), identities));
        }
        return Multi.createFrom()
                .iterable(doomed)
                .onItem()
                .transformToUniAndConcatenate(child -> deleteRow(
                        reference.table().quoted(), reference.table().toString(), reference.primaryKey(), child.key()))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> move(MergeReference reference, MergedChildren.Child child) {
        List<Object> parameters = new ArrayList<>(List.of(child.survivor()));
        String set =
                quote(reference.column()) + " = ($1::text)::" + reference.type().castName();
        String sql = "UPDATE " + reference.table().quoted() + " SET " + set + "\n WHERE "
                + rowIs(reference.table().toString(), reference.primaryKey(), child.key(), parameters);
        return connection
                .preparedQuery(sql)
                .execute(Tuple.from(parameters))
                .invoke(() -> count(reference.table().toString(), 1))
                .chain(() -> journal.moved(
                        reference.table().toString(),
                        child.keyAfter(reference),
                        reference.column(),
                        child.parent(),
                        child.survivor()));
    }

    private Uni<Void> delete(int map, List<Loser> losers) {
        List<List<String>> keys = losers.stream().map(l -> List.of(l.key())).toList();
        String key = model.keyOfMap(map);
        return new Dependents(connection)
                .of(run.shape(model.tableOfMap(map).toString()), List.of(key), keys, key)
                .invoke(hanging -> hanging.values().stream().findFirst().ifPresent(why -> {
                    throw new MergeRefusedException(why);
                }))
                .chain(() -> deleteAll(map, losers));
    }

    private Uni<Void> deleteAll(int map, List<Loser> losers) {
        return Multi.createFrom()
                .iterable(losers)
                .onItem()
                .transformToUniAndConcatenate(loser -> deleteRow(
                        model.tableOfMap(map).quoted(),
                        model.tableOfMap(map).toString(),
                        List.of(model.keyOfMap(map)),
                        List.of(loser.key())))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> deleteRow(String quotedTable, String table, List<String> keyColumns, List<String> key) {
        List<String> columns = run.shape(table).storedColumns();
        List<Object> parameters = new ArrayList<>();
        String sql = "DELETE FROM " + quotedTable + " AS t\n WHERE " + rowIs(table, keyColumns, key, parameters)
                + "\nRETURNING ARRAY["
                + columns.stream().map(c -> "t." + quote(c) + "::text").collect(joining(", ")) + "] AS image";
        return connection.preparedQuery(sql).execute(Tuple.from(parameters)).chain(rows -> {
            Row row = StreamSupport.stream(rows.spliterator(), false)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the row " + key + " of " + table + " is gone, though it was locked"));
            count(table, 1);
            return journal.deleted(table, key, columns, row.getArrayOfStrings("image"));
        });
    }

    private String rowIs(String table, List<String> columns, List<String> key, List<Object> parameters) {
        Map<String, String> casts = run.shape(table).casts();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            parameters.add(key.get(i));
            String column = columns.get(i);
            parts.add(quote(column) + " = ($" + parameters.size() + "::text)::" + casts.get(column));
        }
        return String.join(" AND ", parts);
    }

    private void count(String table, long rows) {
        written.merge(table, rows, Long::sum);
    }
}
