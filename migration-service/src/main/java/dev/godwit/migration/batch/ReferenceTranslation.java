package dev.godwit.migration.batch;

import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.ReferenceText;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Translates keys in the declared references of one table, where no foreign key does it: rows of a range of blocks (the sweep) or rows named by their primary key (told
 * by the tail). Rows are looked at without locks; only those that hold a translatable key are locked, read again and rewritten. Use once.
 */
final class ReferenceTranslation {

    private static final int ROWS_AT_ONCE = 16;
    private static final int CHARACTERS_AT_ONCE = 1_000_000;

    private final RekeyRun run;
    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final Identities identities;
    private final TableName table;
    private final List<FoundReference> references;
    private final List<ReferenceText> texts;
    private final ReferenceSql sql;
    private final List<String> primaryKey;
    private final String reason;
    private Set<String> merged = Set.of();

    /** @param back true while rolling back: new keys become old ones again */
    ReferenceTranslation(
            RekeyRun run, SqlConnection connection, long batchNumber, TableName table, String reason, boolean back) {
        this.run = run;
        this.connection = connection;
        this.journal = new RekeyJournal(run, connection, batchNumber);
        this.identities = new Identities(run, connection, back);
        this.table = table;
        this.reason = reason;
        this.references = run.model().softReferences().stream()
                .filter(r -> r.table().equals(table))
                .toList();
        this.texts = references.stream()
                .map(reference -> ReferenceText.of(reference, run.model().keyType()))
                .toList();
        this.primaryKey = references.get(0).primaryKey();
        this.sql = new ReferenceSql(table, references, run.model().keyType());
    }

    private record Found(List<String> key, List<String> values) {

        private int size() {
            return values.stream()
                    .mapToInt(value -> value == null ? 0 : value.length())
                    .sum();
        }
    }

    /** A row that was looked at: not its values, which may be large, but the keys in them. */
    private record Seen(List<String> key, Set<String> held, int size) {}

    /**
     * Sweeps a range of blocks of the table or one of its leaf partitions.
     *
     * @param rowByRow rows that cannot be written are told as failed, each by itself
     */
    Uni<BatchResult> sweep(Selection.BlockRange range, boolean rowByRow) {
        return look(
                        sql.inRange(range.relation(), identities.keyColumn()),
                        Tuple.of(range.fromTid(), range.toTid(), run.runId()))
                .chain(rows -> translate(rows, rowByRow, identities::translations));
    }

    /**
     * Looks at rows by primary key; each key is a list of its columns' text forms. The entities that they name are locked as a foreign key would do it: one that is about to move, by a batch
     * that rewrote its references before these rows were there, has moved then.
     */
    Uni<BatchResult> rows(List<List<String>> keys) {
        return look(sql.byKey(false), keyParameters(keys))
                .chain(rows -> translate(rows, false, identities::heldTranslations));
    }

    /** Reads a few rows at a time, whose values may be as large as a column can hold, and keeps what matters of them. */
    private Uni<List<Seen>> look(String query, Tuple parameters) {
        return connection.prepare(query).chain(statement -> statement
                .createStream(ROWS_AT_ONCE, parameters)
                .toMulti()
                .map(ReferenceTranslation::found)
                .map(this::seen)
                .collect()
                .asList()
                .call(statement::close));
    }

    private Seen seen(Found row) {
        Set<String> held = new LinkedHashSet<>();
        IntStream.range(0, texts.size())
                .forEach(i -> held.addAll(texts.get(i).keys(row.values().get(i))));
        return new Seen(row.key(), held, row.size());
    }

    private Uni<BatchResult> translate(
            List<Seen> rows, boolean rowByRow, Function<Set<String>, Uni<Map<String, String>>> translations) {
        Set<String> held = new LinkedHashSet<>();
        rows.forEach(row -> held.addAll(row.held()));
        if (held.isEmpty()) {
            return Uni.createFrom().item(() -> read(rows.size()));
        }
        return translations.apply(held).chain(map -> {
            List<Seen> hits = rows.stream()
                    .filter(row -> row.held().stream().anyMatch(map::containsKey))
                    .toList();
            merged = identities.merged();
            Uni<List<Outcome>> written = rowByRow
                    ? new OneByOne<List<String>>(connection)
                            .write(keysOf(hits), key -> write(List.of(key), map), this::failed)
                    : writeInParts(hits, map);
            return written.map(outcomes -> result(outcomes, rows.size()));
        });
    }

    private static List<List<String>> keysOf(List<Seen> rows) {
        return rows.stream().map(Seen::key).toList();
    }

    private Uni<List<Outcome>> writeInParts(List<Seen> hits, Map<String, String> map) {
        List<List<Seen>> parts = new ArrayList<>();
        int size = 0;
        for (Seen row : hits) {
            if (parts.isEmpty() || size + row.size() > CHARACTERS_AT_ONCE) {
                parts.add(new ArrayList<>());
                size = 0;
            }
            parts.get(parts.size() - 1).add(row);
            size += row.size();
        }
        return Multi.createFrom()
                .iterable(parts)
                .onItem()
                .transformToUniAndConcatenate(part -> write(keysOf(part), map))
                .collect()
                .in(ArrayList::new, List::addAll);
    }

    private BatchResult result(List<Outcome> outcomes, int read) {
        long written = outcomes.stream()
                .filter(outcome -> outcome.kind() == OutcomeKind.MIGRATED)
                .count();
        return new BatchResult(outcomes, Map.of(table.toString(), written), List.of(), List.of(), List.of(), read);
    }

    private Outcome failed(List<String> key, Throwable failure) {
        return Outcome.of(table.toString(), keyText(key), OutcomeKind.FAILED)
                .because(PgErrors.code(failure))
                .explained(PgErrors.describe(failure));
    }

    private static BatchResult read(int rows) {
        return new BatchResult(List.of(), Map.of(), List.of(), List.of(), List.of(), rows);
    }

    /** Rows that changed between look and lock hold what they hold now; what no longer needs translation is left out. */
    private Uni<List<Outcome>> write(List<List<String>> keys, Map<String, String> map) {
        return byKey(keys, true).chain(locked -> writeLocked(locked, map));
    }

    private Uni<List<Outcome>> writeLocked(List<Found> locked, Map<String, String> map) {
        List<Found> changed = new ArrayList<>();
        List<Found> before = new ArrayList<>();
        for (Found row : locked) {
            List<String> values = translated(row.values(), map);
            if (!values.equals(row.values())) {
                changed.add(new Found(row.key(), values));
                before.add(row);
            }
        }
        if (changed.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return connection
                .preparedQuery(sql.update())
                .execute(updateParameters(changed))
                .chain(() -> journalIrreversible(before, changed, map))
                .replaceWith(() -> changed.stream().map(this::outcome).toList());
    }

    /** References that share a column are translated one after the other in its one value. */
    private List<String> translated(List<String> found, Map<String, String> map) {
        Map<String, String> columns = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            if (found.get(i) != null) {
                String value = columns.getOrDefault(column(i), found.get(i));
                columns.put(column(i), texts.get(i).replace(value, map));
            }
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            values.add(found.get(i) == null ? null : columns.get(column(i)));
        }
        return values;
    }

    private String column(int reference) {
        return references.get(reference).reference().column();
    }

    private Outcome outcome(Found row) {
        return Outcome.of(table.toString(), keyText(row.key()), OutcomeKind.MIGRATED)
                .because(reason);
    }

    /** A single column's text form, or a JSON array of them. */
    static String keyText(List<String> key) {
        return key.size() == 1 ? key.get(0) : new JsonArray(new ArrayList<>(key)).encode();
    }

    /** Reads what {@link #keyText} wrote. */
    static List<String> keyOf(String text, int columns) {
        return columns == 1
                ? List.of(text)
                : new JsonArray(text).stream().map(String.class::cast).toList();
    }

    /** A value that held a merged key cannot be translated back, because several old keys became one; nor can one whose keys were written in another way than ours are. */
    private Uni<Void> journalIrreversible(List<Found> before, List<Found> after, Map<String, String> map) {
        return Multi.createFrom()
                .range(0, before.size())
                .onItem()
                .transformToUniAndConcatenate(n -> Multi.createFrom()
                        .iterable(irreversible(before.get(n), map))
                        .onItem()
                        .transformToUniAndConcatenate(i -> journal.rewritten(
                                table.toString(),
                                before.get(n).key(),
                                column(i),
                                asColumn(i, before.get(n).values().get(i)),
                                asColumn(i, after.get(n).values().get(i))))
                        .onItem()
                        .ignoreAsUni())
                .onItem()
                .ignoreAsUni();
    }

    /** One reference for each column of the row that the inverse of the map would not restore. */
    private List<Integer> irreversible(Found row, Map<String, String> map) {
        Map<String, Integer> first = new LinkedHashMap<>();
        Set<String> columns = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String value = row.values().get(i);
            if (value == null) {
                continue;
            }
            first.putIfAbsent(column(i), i);
            boolean holdsMerged = texts.get(i).keys(value).stream().anyMatch(merged::contains);
            if (holdsMerged || !texts.get(i).isReversible(value, map)) {
                columns.add(column(i));
            }
        }
        first.keySet().retainAll(columns);
        return List.copyOf(first.values());
    }

    /** The value as the column prints it; arrays are read as JSON here. */
    private String asColumn(int reference, String value) {
        if (references.get(reference).form() != FoundReference.Form.ARRAY) {
            return value;
        }
        return new JsonArray(value)
                .stream()
                        .map(e -> e == null ? "NULL" : arrayElement(e.toString()))
                        .collect(joining(",", "{", "}"));
    }

    private static String arrayElement(String element) {
        boolean plain = !element.isEmpty()
                && !element.equalsIgnoreCase("null")
                && element.chars().noneMatch(c -> "{}\",\\".indexOf(c) >= 0 || Character.isWhitespace(c));
        return plain ? element : '"' + element.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private Uni<List<Found>> byKey(List<List<String>> keys, boolean lock) {
        return found(sql.byKey(lock), keyParameters(keys));
    }

    private Tuple keyParameters(List<List<String>> keys) {
        List<Object> arrays = new ArrayList<>();
        for (int i = 0; i < primaryKey.size(); i++) {
            int column = i;
            arrays.add(keys.stream().map(key -> key.get(column)).toArray(String[]::new));
        }
        return Tuple.from(arrays);
    }

    private Tuple updateParameters(List<Found> rows) {
        List<Object> arrays = new ArrayList<>();
        for (int i = 0; i < primaryKey.size(); i++) {
            int column = i;
            arrays.add(rows.stream().map(row -> row.key().get(column)).toArray(String[]::new));
        }
        for (int i = 0; i < references.size(); i++) {
            int column = i;
            arrays.add(rows.stream().map(row -> row.values().get(column)).toArray(String[]::new));
        }
        return Tuple.from(arrays);
    }

    private Uni<List<Found>> found(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters)
                .map(rows -> rows.stream().map(ReferenceTranslation::found).toList());
    }

    private static Found found(Row row) {
        return new Found(List.of(row.getArrayOfStrings("key")), Arrays.asList(row.getArrayOfStrings("found")));
    }

    /** Keys that a caller wants to look at, without the reference tables' own: kept for the tail, which names rows by text. */
    static Optional<List<String>> parseKey(RekeyRun run, TableName table, String text) {
        return run.model().softReferences().stream()
                .filter(r -> r.table().equals(table))
                .findFirst()
                .map(r -> keyOf(text, new HashSet<>(r.primaryKey()).size()));
    }
}
