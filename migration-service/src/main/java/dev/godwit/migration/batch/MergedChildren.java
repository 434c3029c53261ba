package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sorts the children of losers into those that can move to the survivor and those that meet an equal child there. */
final class MergedChildren {

    /** How many children one merge moves, or one batch of merges: all of them are held at once, and written one by one. */
    static final int ROWS_MAX = 20_000;

    private final RekeyRun run;
    private final SqlConnection connection;
    private final MergeReference reference;
    private final boolean lock;

    /** @param lock whether what is read is about to be written */
    MergedChildren(RekeyRun run, SqlConnection connection, MergeReference reference, boolean lock) {
        this.run = run;
        this.connection = connection;
        this.reference = reference;
        this.lock = lock;
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

    /** A child as it is once it hangs on the survivor: what each unique index would hold of it, nothing where it is not in the index; and the same as text, or null. */
    private record Read(List<String> key, String parent, List<Optional<List<String>>> entries, List<String> texts) {}

    /**
     * Reads and sorts. Of the survivors' children, which may be many more, only those are read that a loser's child would meet.
     *
     * @param survivors by loser
     * @param targets the key that a survivor has or gets, by survivor
     */
    Uni<Sorted> sort(Map<String, String> survivors, Map<String, String> targets) {
        Map<String, String> stay = new LinkedHashMap<>();
        survivors.values().forEach(survivor -> stay.put(survivor, survivor));
        return read(select(""), parents(survivors))
                .chain(losers -> losers.isEmpty()
                        ? Uni.createFrom().item(new Sorted(List.of(), List.of()))
                        : derivedKeys(survivors, targets).chain(newKeys -> holders(losers, stay, newKeys)
                                .map(holders -> sort(losers, holders, survivors, newKeys))))
                .call(sorted -> lock
                        ? refuseDependents(sorted.doomed())
                        : Uni.createFrom().voidItem());
    }

    private static Tuple parents(Map<String, String> parents) {
        return Tuple.of(
                parents.keySet().toArray(String[]::new), parents.values().toArray(String[]::new));
    }

    private Uni<List<Read>> read(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> {
            if (rows.size() > ROWS_MAX) {
                throw TooLargeException.ofRows(reference.table().toString(), ROWS_MAX);
            }
            List<Read> read = new ArrayList<>(rows.size());
            rows.forEach(row -> read.add(read(row)));
            return read;
        });
    }

    /** The survivors' children that would be in the way of a loser's: by the entries of unique indexes, or by the keys that they derive. */
    private Uni<List<Read>> holders(List<Read> losers, Map<String, String> stay, Map<String, String> newKeys) {
        Tuple parameters = parents(stay);
        List<String> meets = new ArrayList<>();
        for (int i = 0; i < reference.uniques().size(); i++) {
            int index = i;
            parameters = parameters.addArrayOfString(losers.stream()
                    .map(row -> row.texts().get(index))
                    .filter(Objects::nonNull)
                    .distinct()
                    .toArray(String[]::new));
            meets.add("godwit_entries.godwit_entry" + i + "::text = ANY ($" + (i + 3) + "::text[])");
        }
        if (reference.derivedMap() > 0) {
            Set<String> wanted = losers.stream()
                    .map(row -> newKeys.get(row.key().get(0)))
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet());
            parameters = parameters.addArrayOfString(newKeys.entrySet().stream()
                    .filter(entry -> wanted.contains(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toArray(String[]::new));
            meets.add(quote(reference.table().name()) + "."
                    + quote(reference.primaryKey().get(0)) + "::text = ANY ($"
                    + (reference.uniques().size() + 3) + "::text[])");
        }
        return meets.isEmpty()
                ? Uni.createFrom().item(List.of())
                : read(select("\n   AND (" + String.join(" OR ", meets) + ")"), parameters);
    }

    /** PostgreSQL itself says what its unique indexes would hold: their expressions and conditions are put to the row with its reference moved. */
    private String select(String condition) {
        String name = quote(reference.table().name());
        String row = run.shape(reference.table().toString()).casts().keySet().stream()
                .map(c -> (c.equals(reference.column()) ? "godwit_parent.moved" : name + "." + quote(c)) + " AS "
                        + quote(c))
                .collect(joining(", "));
        String entries = IntStream.range(0, reference.uniques().size())
                .mapToObj(i -> entry(reference.uniques().get(i), i))
                .collect(joining(", "));
        String texts = IntStream.range(0, reference.uniques().size())
                .mapToObj(i -> ", godwit_entries.godwit_entry" + i + ", godwit_entries.godwit_entry" + i + "::text")
                .collect(joining());
        return """
                SELECT ARRAY[%s] AS key, %s.%s::text AS parent%s
                  FROM %s AS %s
                 CROSS JOIN LATERAL (SELECT coalesce((SELECT m.new FROM unnest(%s, %s) AS m(old, new) WHERE m.old = %s.%s), %s.%s) AS moved)
                            AS godwit_parent
                 CROSS JOIN LATERAL (SELECT %s FROM (SELECT %s) AS %s) AS godwit_entries
                 WHERE %s.%s = ANY (%s)%s%s
                 ORDER BY 2, 1
                 LIMIT %d%s
                """.formatted(
                        reference.primaryKey().stream()
                                .map(c -> name + "." + quote(c) + "::text")
                                .collect(joining(", ")),
                        name,
                        quote(reference.column()),
                        texts,
                        reference.table().quoted(),
                        name,
                        reference.type().array(1),
                        reference.type().array(2),
                        name,
                        quote(reference.column()),
                        name,
                        quote(reference.column()),
                        entries.isEmpty() ? "1 AS none" : entries,
                        row,
                        name,
                        name,
                        quote(reference.column()),
                        reference.type().array(1),
                        reference.when().map(when -> "\n   AND (" + when + ")").orElse(""),
                        condition,
                        ROWS_MAX + 1,
                        lock ? "\n   FOR UPDATE OF " + name : "");
    }

    private static String entry(Index index, int number) {
        String values = index.keys().stream().map(key -> "(" + key + ")::text").collect(joining(", "));
        return "CASE WHEN (" + index.predicate().orElse("true") + ") THEN ARRAY[" + values + "] END AS godwit_entry"
                + number;
    }

    private Read read(Row row) {
        List<Optional<List<String>>> entries = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < reference.uniques().size(); i++) {
            entries.add(Optional.ofNullable(row.getArrayOfStrings(2 + 2 * i)).map(Arrays::asList));
            texts.add(row.getString(3 + 2 * i));
        }
        return new Read(List.of(row.getArrayOfStrings(0)), row.getString(1), entries, texts);
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
                .map(reference.derivedMap(), moves, lock)
                .map(entries -> {
                    Map<String, String> newKeys = new HashMap<>();
                    entries.forEach(e -> newKeys.put(e.from(), e.to()));
                    return newKeys;
                });
    }

    private Sorted sort(List<Read> losers, List<Read> met, Map<String, String> survivors, Map<String, String> newKeys) {
        Map<List<String>, List<String>> holders = new HashMap<>();
        met.forEach(row -> claims(row, newKeys.get(row.key().get(0))).forEach(c -> holders.put(c, row.key())));
        List<Child> moved = new ArrayList<>();
        List<Child> doomed = new ArrayList<>();
        for (Read row : losers) {
            String survivor = survivors.get(row.parent());
            Optional<String> newKey = Optional.ofNullable(newKeys.get(row.key().get(0)));
            List<List<String>> claims = claims(row, newKey.orElse(null));
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

    /** What a row claims under each unique index; NULL claims nothing, unless the index holds NULLs to be equal. */
    private List<List<String>> claims(Read row, String derivedKey) {
        List<List<String>> claims = new ArrayList<>();
        for (int i = 0; i < reference.uniques().size(); i++) {
            boolean nullsClaim = reference.uniques().get(i).nullsNotDistinct();
            String index = "u" + i;
            row.entries()
                    .get(i)
                    .filter(entry -> nullsClaim || !entry.contains(null))
                    .ifPresent(entry -> {
                        List<String> claim = new ArrayList<>(List.of(index));
                        claim.addAll(entry);
                        claims.add(claim);
                    });
        }
        if (reference.derivedMap() > 0 && derivedKey != null) {
            claims.add(List.of("k", derivedKey));
        }
        return claims;
    }

    /** Rows that hang on a child that equals one of the survivor would be lost with it, or keep it from going. */
    private Uni<Void> refuseDependents(List<Child> doomed) {
        if (doomed.isEmpty() || reference.derivedMap() > 0) {
            return Uni.createFrom().voidItem();
        }
        TableShape shape = run.shape(reference.table().toString());
        List<List<String>> keys = doomed.stream().map(Child::key).toList();
        return new Dependents(connection)
                .of(shape, reference.primaryKey(), keys, "")
                .invoke(hanging -> hanging.values().stream().findFirst().ifPresent(why -> {
                    throw new MergeRefusedException(why);
                }))
                .replaceWithVoid();
    }
}
