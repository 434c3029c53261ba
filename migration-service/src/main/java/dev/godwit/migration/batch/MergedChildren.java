package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Sorts the children of losers into those that can move to the survivor and those that meet an equal child there. */
final class MergedChildren {

    private final RunContext run;
    private final SqlConnection connection;
    private final MergeReference reference;

    MergedChildren(RunContext run, SqlConnection connection, MergeReference reference) {
        this.run = run;
        this.connection = connection;
        this.reference = reference;
    }

    /**
     * A child of a loser.
     *
     * @param key its primary key
     * @param parent the loser's key
     * @param survivor the key its reference gets
     * @param newKey its own new key, when that derives from the reference
     * @param equal primary key of the child it meets; empty when it moves
     */
    record Child(List<String> key, String parent, String survivor, Optional<String> newKey, List<String> equal) {

        /** The primary key once the reference has moved, where that is part of it. */
        List<String> keyAfter(MergeReference reference) {
            List<String> after = new ArrayList<>(key);
            int position = reference.primaryKey().indexOf(reference.column());
            if (position >= 0) {
                after.set(position, survivor);
            }
            return after;
        }
    }

    /** Children that move, and children that meet an equal one. */
    record Sorted(List<Child> moved, List<Child> doomed) {}

    private record Read(List<String> key, String parent, List<List<String>> uniques) {}

    /**
     * Reads and sorts.
     *
     * @param survivors by loser
     * @param targets the key that a survivor has or gets, by survivor
     */
    Uni<Sorted> sort(Map<String, String> survivors, Map<String, String> targets) {
        Set<String> parents = new LinkedHashSet<>(survivors.values());
        parents.addAll(survivors.keySet());
        return read(parents)
                .chain(rows -> derivedKeys(survivors, targets).map(newKeys -> sort(rows, survivors, newKeys)))
                .call(sorted -> refuseCascades(sorted.doomed()));
    }

    private Uni<List<Read>> read(Set<String> parents) {
        if (reference.primaryKey().isEmpty()) {
            return Uni.createFrom()
                    .failure(new MergeRefusedException(
                            reference.table() + " has no primary key: its rows cannot be journaled one by one"));
        }
        String uniques = reference.uniques().stream()
                .map(columns -> "ARRAY["
                        + columns.stream().map(c -> quote(c) + "::text").collect(joining(", ")) + "]")
                .collect(joining(", "));
        String sql = """
                SELECT ARRAY[%s] AS key, %s::text AS parent%s
                  FROM %s
                 WHERE %s = ANY (%s)%s
                 ORDER BY 2, 1
                   FOR UPDATE
                """.formatted(
                reference.primaryKey().stream().map(c -> quote(c) + "::text").collect(joining(", ")),
                quote(reference.column()),
                uniques.isEmpty() ? "" : ", " + uniques,
                reference.table().quoted(),
                quote(reference.column()),
                reference.type().array(1),
                reference.when().map(when -> "\n   AND (" + when + ")").orElse(""));
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of((Object) parents.toArray(String[]::new)))
                .map(rows -> {
                    List<Read> read = new ArrayList<>(rows.size());
                    rows.forEach(row -> read.add(read(row)));
                    return read;
                });
    }

    private Read read(Row row) {
        List<List<String>> uniques = IntStream.range(0, reference.uniques().size())
                .mapToObj(i -> Arrays.asList(row.getArrayOfStrings(2 + i)))
                .toList();
        return new Read(List.of(row.getArrayOfStrings(0)), row.getString(1), uniques);
    }

    /** New keys of the derived children of losers and survivors, as they would be once all hang on the survivor, by their present key. */
    private Uni<Map<String, String>> derivedKeys(Map<String, String> survivors, Map<String, String> targets) {
        if (reference.derivedMap() < 0) {
            return Uni.createFrom().item(Map.of());
        }
        List<Move> moves = new ArrayList<>();
        survivors.forEach((loser, survivor) -> moves.add(new Move(loser, targets.get(survivor))));
        targets.forEach((survivor, target) -> moves.add(new Move(survivor, target)));
        return new DerivedKeys(run, connection)
                .map(reference.derivedMap(), moves)
                .map(entries -> {
                    Map<String, String> newKeys = new HashMap<>();
                    entries.forEach(e -> newKeys.put(e.from(), e.to()));
                    return newKeys;
                });
    }

    private Sorted sort(List<Read> rows, Map<String, String> survivors, Map<String, String> newKeys) {
        Map<List<String>, List<String>> holders = new HashMap<>();
        rows.stream().filter(row -> !survivors.containsKey(row.parent())).forEach(row -> claims(
                        row, row.parent(), newKeys.get(row.key().get(0)))
                .forEach(c -> holders.put(c, row.key())));
        List<Child> moved = new ArrayList<>();
        List<Child> doomed = new ArrayList<>();
        for (Read row : rows) {
            String survivor = survivors.get(row.parent());
            if (survivor == null) {
                continue;
            }
            Optional<String> newKey = Optional.ofNullable(newKeys.get(row.key().get(0)));
            List<List<String>> claims = claims(row, survivor, newKey.orElse(null));
            Optional<List<String>> equal = claims.stream()
                    .filter(holders::containsKey)
                    .map(holders::get)
                    .findFirst();
            Child child = new Child(row.key(), row.parent(), survivor, newKey, equal.orElse(List.of()));
            if (equal.isPresent()) {
                doomed.add(child);
            } else {
                List<String> after = child.keyAfter(reference);
                claims.forEach(c -> holders.put(c, after));
                moved.add(child);
            }
        }
        return new Sorted(moved, doomed);
    }

    /** What a row claims under each unique set once it hangs on {@code parent}; a NULL claims nothing. */
    private List<List<String>> claims(Read row, String parent, String derivedKey) {
        List<List<String>> claims = new ArrayList<>();
        for (int i = 0; i < reference.uniques().size(); i++) {
            List<String> claim = new ArrayList<>(row.uniques().get(i));
            claim.set(reference.uniques().get(i).indexOf(reference.column()), parent);
            if (!claim.contains(null)) {
                claim.add(0, "u" + i);
                claims.add(claim);
            }
        }
        if (reference.derivedMap() > 0 && derivedKey != null) {
            claims.add(List.of("k", derivedKey));
        }
        return claims;
    }

    /** Rows that would vanish with an equal child, by ON DELETE CASCADE or SET NULL, are a loss that nobody asked for. */
    private Uni<Void> refuseCascades(List<Child> doomed) {
        TableShape shape = run.shape(reference.table().toString());
        if (doomed.isEmpty()
                || reference.derivedMap() > 0
                || reference.primaryKey().size() != 1) {
            return Uni.createFrom().voidItem();
        }
        String[] keys = doomed.stream().map(c -> c.key().get(0)).toArray(String[]::new);
        List<TableShape.Cascade> cascades = shape.cascades().stream()
                .filter(c -> c.columns().equals(reference.primaryKey()))
                .toList();
        return Multi.createFrom()
                .iterable(cascades)
                .onItem()
                .transformToUniAndConcatenate(cascade -> refuseCascade(cascade, shape, keys))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> refuseCascade(TableShape.Cascade cascade, TableShape shape, String[] keys) {
        String sql = "SELECT 1 FROM " + cascade.child().quoted() + " WHERE "
                + quote(cascade.childColumns().get(0)) + " = ANY (($1::text[])::"
                + shape.casts().get(cascade.columns().get(0)) + "[]) LIMIT 1";
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of((Object) keys))
                .invoke(rows -> {
                    if (rows.size() > 0) {
                        throw new MergeRefusedException("rows of " + cascade.child() + " hang on a row of "
                                + reference.table() + " that equals one of the survivor, and would be deleted with it");
                    }
                })
                .replaceWithVoid();
    }
}
