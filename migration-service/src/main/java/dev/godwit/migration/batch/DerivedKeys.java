package dev.godwit.migration.batch;

import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.EntityRow;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import dev.godwit.migration.operation.rekey.RekeySql;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Computes, for moves of root keys, the maps of old to new keys of every derived child, parents first. */
final class DerivedKeys {

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;

    DerivedKeys(RekeyRun run, SqlConnection connection) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
    }

    /** One row of a map: {@code parent} is the new key of the parent, and {@code oldParent} its old one; both null for the root. */
    record Entry(String from, String to, String parent, String oldParent) {

        /** Whether the row gets another key. */
        boolean changes() {
            return !from.equals(to);
        }
    }

    /**
     * The maps of a step; index 0 is the root's.
     *
     * @param parents for each map, which map its parents are in
     */
    record Maps(List<List<Entry>> maps, List<Integer> parents) {

        /** Three arrays per map, as the statements bind them. */
        Tuple parameters() {
            List<Object> parameters = new ArrayList<>();
            for (List<Entry> map : maps) {
                parameters.add(map.stream().map(Entry::from).toArray(String[]::new));
                parameters.add(map.stream().map(Entry::to).toArray(String[]::new));
                parameters.add(map.stream().map(Entry::parent).toArray(String[]::new));
            }
            return Tuple.from(parameters);
        }

        /** Root keys with a derived row below them, on any level, whose key changes. */
        Set<String> parentsWithChanges() {
            List<Set<String>> changed = new ArrayList<>();
            maps.forEach(map -> changed.add(new HashSet<>()));
            for (int map = maps.size() - 1; map > 0; map--) {
                Set<String> below = changed.get(map);
                Set<String> above = changed.get(parents.get(map));
                maps.get(map).stream()
                        .filter(e -> e.changes() || below.contains(e.from()))
                        .forEach(e -> above.add(e.oldParent()));
            }
            return changed.get(0);
        }
    }

    Uni<Maps> maps(List<Move> moves, boolean lock) {
        List<List<Entry>> maps = new ArrayList<>();
        maps.add(
                moves.stream().map(m -> new Entry(m.from(), m.to(), null, null)).toList());
        return Multi.createFrom()
                .iterable(
                        IntStream.rangeClosed(1, model.derived().size()).boxed().toList())
                .onItem()
                .transformToUniAndConcatenate(
                        map -> read(map, maps.get(model.derived().get(map - 1).parentMap()), lock)
                                .invoke(maps::add))
                .onItem()
                .ignoreAsUni()
                .replaceWith(() -> new Maps(maps, parentMaps()));
    }

    /** One map alone, for moves of the keys its rows hang on. */
    Uni<List<Entry>> map(int map, List<Move> parentMoves, boolean lock) {
        List<Entry> parents = parentMoves.stream()
                .map(m -> new Entry(m.from(), m.to(), null, null))
                .toList();
        return read(map, parents, lock);
    }

    private List<Integer> parentMaps() {
        List<Integer> parents = new ArrayList<>(List.of(0));
        model.derived().forEach(child -> parents.add(child.parentMap()));
        return parents;
    }

    private Uni<List<Entry>> read(int map, List<Entry> parents, boolean lock) {
        DerivedKey child = model.derived().get(map - 1);
        if (parents.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple parameters = Tuple.of(
                parents.stream().map(Entry::from).toArray(String[]::new),
                parents.stream().map(Entry::to).toArray(String[]::new));
        Map<String, String> newParents = new HashMap<>();
        parents.forEach(p -> newParents.put(p.from(), p.to()));
        return connection
                .preparedQuery(run.sql().readDerived(map, lock))
                .execute(parameters)
                .map(rows -> {
                    if (rows.size() > RekeySql.DERIVED_MAX) {
                        throw TooLargeException.ofRows(child.table().toString(), RekeySql.DERIVED_MAX);
                    }
                    List<Entry> entries = new ArrayList<>(rows.size());
                    rows.forEach(row -> entries.add(entry(child, row, newParents.get(row.getString("parent")))));
                    return entries;
                });
    }

    private Entry entry(DerivedKey child, Row row, String newParent) {
        String key = row.getString("key");
        boolean uuid5 = child.to() instanceof KeyExpression.Uuid5;
        String newKey = EntityRow.keyOf(uuid5, row.getString("namespace"), row.getString("name"))
                .orElse(key);
        return new Entry(key, newKey, newParent, row.getString("parent"));
    }
}
