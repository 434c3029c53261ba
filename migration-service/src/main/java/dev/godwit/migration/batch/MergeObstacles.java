package dev.godwit.migration.batch;

import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.Decision.Merge;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks, before anything is written, for what a merge would lose or could not undo, so that the group is refused as a conflict; a plan foresees it in the same way. Reads
 * without locks: the writer looks again under its locks, and fails the batch where something has come meanwhile.
 */
final class MergeObstacles {

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final Dependents dependents;
    private final Map<String, String> found = new LinkedHashMap<>();

    MergeObstacles(RekeyRun run, SqlConnection connection) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.dependents = new Dependents(connection);
    }

    /** A row that would go; {@code entity} is the loser it belongs to. */
    private record Loser(String key, String survivor, String target, String entity) {}

    /** Losers that cannot be merged, each with a sentence that says why. */
    Uni<Map<String, String>> find(List<Merge> merges) {
        List<Loser> losers = merges.stream()
                .map(m -> new Loser(m.key(), m.survivor(), m.target(), m.key()))
                .toList();
        return look(0, losers).replaceWith(found);
    }

    private Uni<Void> look(int map, List<Loser> losers) {
        if (losers.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Map<String, String> entities = new HashMap<>();
        losers.forEach(loser -> entities.put(loser.key(), loser.entity()));
        TableShape table = run.shape(model.tableOfMap(map).toString());
        List<List<String>> keys = losers.stream().map(l -> List.of(l.key())).toList();
        return dependents
                .of(table, List.of(model.keyOfMap(map)), keys, model.keyOfMap(map))
                .invoke(hanging -> hanging.forEach((key, why) -> found.putIfAbsent(entities.get(key.get(0)), why)))
                .chain(() -> Multi.createFrom()
                        .iterable(model.merges())
                        .filter(reference -> reference.map() == map)
                        .onItem()
                        .transformToUniAndConcatenate(reference -> look(reference, losers, entities))
                        .onItem()
                        .ignoreAsUni());
    }

    private Uni<Void> look(MergeReference reference, List<Loser> losers, Map<String, String> entities) {
        if (reference.primaryKey().isEmpty()) {
            return nameless(reference, losers, entities);
        }
        if (reference.kind() == ColumnRewrite.Kind.ARRAY) {
            return Uni.createFrom().voidItem();
        }
        return dependents
                .withTooManyRows(reference, losers.stream().map(Loser::key).toList())
                .invoke(keys -> keys.forEach(key -> found.putIfAbsent(
                        entities.get(key),
                        "more than " + MergedChildren.ROWS_MAX + " rows of " + reference.table()
                                + " hang on it, which is more than one transaction takes")))
                .chain(keys -> children(
                        reference,
                        losers.stream()
                                .filter(loser -> !keys.contains(loser.key()))
                                .toList(),
                        entities));
    }

    private Uni<Void> children(MergeReference reference, List<Loser> losers, Map<String, String> entities) {
        if (losers.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Map<String, String> survivors = new LinkedHashMap<>();
        Map<String, String> targets = new LinkedHashMap<>();
        losers.forEach(loser -> {
            survivors.put(loser.key(), loser.survivor());
            targets.put(loser.survivor(), loser.target());
        });
        return new MergedChildren(run, connection, reference, false)
                .sort(survivors, targets)
                .chain(sorted -> reference.derivedMap() > 0
                        ? look(reference.derivedMap(), derived(sorted.doomed(), entities))
                        : doomed(reference, sorted.doomed(), entities));
    }

    private static List<Loser> derived(List<MergedChildren.Child> doomed, Map<String, String> entities) {
        return doomed.stream()
                .map(c -> new Loser(
                        c.key().get(0),
                        c.equal().get(0),
                        c.newKey().orElse(c.equal().get(0)),
                        entities.get(c.parent())))
                .toList();
    }

    private Uni<Void> doomed(
            MergeReference reference, List<MergedChildren.Child> doomed, Map<String, String> entities) {
        Map<List<String>, String> parents = new HashMap<>();
        doomed.forEach(child -> parents.put(child.key(), child.parent()));
        TableShape table = run.shape(reference.table().toString());
        return dependents
                .of(table, reference.primaryKey(), List.copyOf(parents.keySet()), "")
                .invoke(hanging -> hanging.forEach((key, why) -> found.putIfAbsent(
                        entities.get(parents.get(key)), why + ": it equals one that the survivor has")))
                .replaceWithVoid();
    }

    private Uni<Void> nameless(MergeReference reference, List<Loser> losers, Map<String, String> entities) {
        return dependents
                .onNamelessRows(reference, losers.stream().map(Loser::key).toList())
                .invoke(keys -> keys.forEach(key -> found.putIfAbsent(
                        entities.get(key),
                        reference.table() + " has no primary key: its rows cannot be journaled one by one")))
                .replaceWithVoid();
    }
}
