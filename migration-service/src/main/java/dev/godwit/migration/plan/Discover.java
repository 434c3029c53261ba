package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.plan.KeySample.Shape;
import dev.godwit.migration.plan.SearchTargets.Form;
import dev.godwit.migration.plan.SearchTargets.HeapColumn;
import dev.godwit.migration.plan.SearchTargets.Target;
import dev.godwit.migration.plan.TableSearch.Result;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Searches the whole database for columns that hold keys of a table, although no foreign key and no declaration says so: such references are how migrations of
 * keys break applications without an error.
 *
 * <p>Transaction: opens and rolls back its own, read-only, one per table; the connection must not be in one. Failure semantics: a table that cannot be
 * searched, or not wholly, is told in the result; fails only when the database cannot be asked at all.
 */
public final class Discover {

    /**
     * How far a search may go.
     *
     * @param sampleKeysMax keys to search for; with fewer entities than that, all are
     * @param tableRowsMax rows read of one table; of a larger one, a random sample of about as many is searched
     * @param statementTimeout longest time that one statement may take; what is then not searched is told
     * @param time after it no further table is searched; those that are left are told
     */
    public record Limits(int sampleKeysMax, long tableRowsMax, Duration statementTimeout, Duration time) {

        /** Ten thousand keys, a million rows a table, half a minute a statement, five minutes in all. */
        public static final Limits DEFAULT =
                new Limits(10_000, 1_000_000, Duration.ofSeconds(30), Duration.ofMinutes(5));

        public Limits {
            if (sampleKeysMax < 1 || tableRowsMax < 1 || statementTimeout.toMillis() < 1 || time.isNegative()) {
                throw new IllegalArgumentException("limits must be positive");
            }
        }
    }

    /** Keys fill less than this part of their range. */
    private static final double SPARSE = 0.1;

    /** References only; see {@link #discover} for what was not searched. */
    public Uni<List<UndeclaredReference>> search(
            SqlConnection connection, Table root, String keyColumn, List<SoftReference> declared, Limits limits) {
        return discover(connection, root, keyColumn, declared, limits).map(Discovery::references);
    }

    /** References in the order of their tables and columns, and what was not searched. */
    public Uni<Discovery> discover(
            SqlConnection connection, Table root, String keyColumn, List<SoftReference> declared, Limits limits) {
        ReadOnly database = new ReadOnly(connection, limits.statementTimeout(), Map.of());
        Column key = root.column(keyColumn)
                .orElseThrow(() -> new IllegalArgumentException(root.name() + " has no column " + keyColumn));
        return sample(database, root, key, limits).chain(sample -> database.transaction(() ->
                        database.query(SearchTargets.COLUMNS, Tuple.of(root.oid(), keyColumn), HeapColumn::fromRow))
                .chain(columns -> searchAll(new Search(database, root, key, declared, limits, sample), columns)));
    }

    private record Search(
            ReadOnly database, Table root, Column key, List<SoftReference> declared, Limits limits, KeySample sample) {

        /** Whether keys are numbers so far apart that another number is hardly ever one by coincidence. */
        private boolean isSparse() {
            return sample.density(root.estimatedRows()) < SPARSE;
        }
    }

    private static Uni<Discovery> searchAll(Search search, List<HeapColumn> columns) {
        SearchTargets targets = new SearchTargets(search.declared());
        boolean numbers = search.sample().shape() == Shape.NUMBER;
        if (search.sample().keys().isEmpty()) {
            return Uni.createFrom()
                    .item(new Discovery(
                            List.of(),
                            List.of("nothing was searched: " + search.root().name() + " is empty")));
        }
        Instant end = Steady.now().plus(search.limits().time());
        return Multi.createFrom()
                .iterable(targets.targets(columns, numbers))
                .onItem()
                .transformToUniAndConcatenate(target -> Steady.now().isAfter(end)
                        ? Uni.createFrom().item(tooLate(target))
                        : numbers ? numbers(search, target) : texts(search, target))
                .collect()
                .asList()
                .map(parts -> Discovery.merge(parts, generalNotes(search, columns)));
    }

    private static Discovery tooLate(Target target) {
        return new Discovery(
                List.of(), List.of(target.table() + " was not searched: the time for the whole search was up"));
    }

    private static List<String> generalNotes(Search search, List<HeapColumn> columns) {
        List<String> notes = new ArrayList<>();
        if (!search.sample().complete()) {
            notes.add(
                    "searched for a random sample of " + search.sample().keys().size() + " keys");
        }
        switch (search.sample().shape()) {
            case NUMBER ->
                notes.add(
                        search.isSparse()
                                ? "keys are numbers: a column whose name does not tell counts only where nearly all of its values, ten and more, are keys; in JSON and text names must tell"
                                : "keys are numbers close together: only columns, members of JSON and places in texts were searched whose names tell");
            case WORD ->
                notes.add(
                        "keys are short or plain words: they were searched as whole values only, not within text and JSON");
            case UUID, TOKEN ->
                columns.stream()
                        .filter(column -> column.form() == Form.XML)
                        .forEach(column ->
                                notes.add(column.heap() + "." + column.column() + " was not searched: it is xml"));
        }
        return notes;
    }

    private static Uni<Discovery> texts(Search search, Target target) {
        return new TableSearch(search.database(), search.sample(), search.limits())
                .search(target)
                .map(result -> describe(search, target, result));
    }

    private static Discovery describe(Search search, Target target, Result result) {
        HitDescriber describer = new HitDescriber(target.table(), search.sample(), search.declared());
        List<UndeclaredReference> references = result.hits().stream()
                .flatMap(hit -> describer.describe(hit).stream())
                .toList();
        return new Discovery(references, result.notSearched());
    }

    private static Uni<Discovery> numbers(Search search, Target target) {
        if (!target.readable()) {
            return Uni.createFrom()
                    .item(new Discovery(
                            List.of(),
                            List.of(target.table() + " was not searched: the role may not read it, or not wholly")));
        }
        return new NumberSearch(
                        search.database(), search.root(), search.key().name(), search.limits(), search.isSparse())
                .search(target);
    }

    private static Uni<KeySample> sample(ReadOnly database, Table root, Column key, Limits limits) {
        int max = limits.sampleKeysMax();
        String column = Identifier.quote(key.name());
        String all = "SELECT " + column + "::text AS key FROM " + root.name().quoted() + "%s WHERE " + column
                + " IS NOT NULL LIMIT ";
        if (root.estimatedRows() <= 2.0 * max) {
            return keys(database, String.format(Locale.ROOT, all, "") + (max + 1))
                    .map(keys ->
                            KeySample.of(key, keys.size() > max ? keys.subList(0, max) : keys, keys.size() <= max));
        }
        double percent = Math.min(100, 150.0 * max / root.estimatedRows());
        String some = String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f)", percent);
        return keys(database, String.format(Locale.ROOT, all, some) + max)
                .chain(keys -> keys.isEmpty()
                        ? keys(database, String.format(Locale.ROOT, all, "") + max)
                        : Uni.createFrom().item(keys))
                .map(keys -> KeySample.of(key, keys, false));
    }

    private static Uni<List<String>> keys(ReadOnly database, String sql) {
        return database.transaction(() -> database.query(sql, Tuple.tuple(), row -> row.getString("key")));
    }
}
