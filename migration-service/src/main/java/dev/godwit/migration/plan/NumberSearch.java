package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.plan.Discover.Limits;
import dev.godwit.migration.plan.ReadOnly.Answer;
import dev.godwit.migration.plan.SearchTargets.Candidate;
import dev.godwit.migration.plan.SearchTargets.Target;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Searches one table for keys that are numbers. Any number may be a key by coincidence: so a name must tell, or the keys must lie so far apart that coincidence is out of
 * the question.
 */
final class NumberSearch {

    /** Values in which numbers are looked for one by one. */
    private static final int VALUES_MAX = 1000;

    private static final int TEXT_LENGTH_MAX = 100_000;

    /** Where a name tells, so many values of ten must be keys. */
    private static final double SHARE_NAMED = 0.9;

    /** Where none does, nearly all, and of so many different ones. */
    private static final double SHARE_UNNAMED = 0.99;

    private static final long DISTINCT_MIN = 10;

    private final ReadOnly database;
    private final Table root;
    private final String key;
    private final Limits limits;
    private final NumberNames names;
    private final boolean sparse;

    /** @param sparse whether the keys lie far apart */
    NumberSearch(ReadOnly database, Table root, String key, Limits limits, boolean sparse) {
        this.database = database;
        this.root = root;
        this.key = key;
        this.limits = limits;
        this.names = new NumberNames(root, key);
        this.sparse = sparse;
    }

    Uni<Discovery> search(Target target) {
        return Multi.createFrom()
                .iterable(target.candidates())
                .onItem()
                .transformToUniAndConcatenate(candidate -> search(target, candidate))
                .collect()
                .asList()
                .map(parts -> Discovery.merge(parts, List.of()));
    }

    private Uni<Discovery> search(Target target, Candidate candidate) {
        boolean named = names.tell(candidate.column());
        return switch (candidate.form()) {
            case NUMBER -> named || sparse ? column(target, candidate, isKey(candidate), named) : nothing();
            case NUMBER_ARRAY -> named ? column(target, candidate, areKeys(candidate), true) : nothing();
            case JSON -> inside(target, candidate, Optional.empty());
            case TEXT -> inside(target, candidate, Optional.of(names.sieve()));
            case UUID, XML, ARRAY, SAME -> nothing();
        };
    }

    private static Uni<Discovery> nothing() {
        return Uni.createFrom().item(new Discovery(List.of(), List.of()));
    }

    private String isKey(Candidate candidate) {
        return "EXISTS (SELECT FROM " + root.name().quoted() + " AS root WHERE root." + Identifier.quote(key)
                + " = searched." + Identifier.quote(candidate.column()) + ")";
    }

    private String areKeys(Candidate candidate) {
        String column = "searched." + Identifier.quote(candidate.column());
        return "cardinality(" + column + ") > 0 AND NOT EXISTS (SELECT FROM unnest(" + column
                + ") AS e(number) WHERE NOT EXISTS (SELECT FROM " + root.name().quoted() + " AS root WHERE root."
                + Identifier.quote(key) + " = e.number))";
    }

    private record Numbers(long rows, long filled, long different, String key) {
        static Numbers fromRow(Row row) {
            return new Numbers(
                    row.getLong("rows"), row.getLong("filled"), row.getLong("different"), row.getString("key"));
        }
    }

    private Uni<Discovery> column(Target target, Candidate candidate, String isKey, boolean named) {
        String column = "searched." + Identifier.quote(candidate.column());
        Optional<Double> percent = percent(target);
        String sql =
                "SELECT count(*) FILTER (WHERE " + isKey + ") AS rows, count(" + column + ") AS filled, count(DISTINCT "
                        + column + ") AS different, (min(" + column + ") FILTER (WHERE " + isKey + "))::text AS key"
                        + from(target, percent);
        return database.probe(sql, Numbers::fromRow).map(answer -> judge(target, candidate, named, percent, answer));
    }

    private Discovery judge(
            Target target, Candidate candidate, boolean named, Optional<Double> percent, Answer<Numbers> answer) {
        if (!(answer instanceof Answer.Rows<Numbers> rows)) {
            return notSearched(target, candidate);
        }
        Numbers numbers = rows.rows().get(0);
        boolean enough = named
                ? numbers.rows() >= SHARE_NAMED * numbers.filled()
                : numbers.rows() >= SHARE_UNNAMED * numbers.filled() && numbers.different() >= DISTINCT_MIN;
        List<String> notes = percent.map(part -> List.of(String.format(
                        Locale.ROOT,
                        "%s.%s: only about %.2f %% of its rows were searched",
                        target.table(),
                        candidate.column(),
                        part)))
                .orElse(List.of());
        if (numbers.rows() == 0 || !enough) {
            return new Discovery(List.of(), notes);
        }
        String sampleKey = numbers.key().replaceAll("[{}]", "").replaceAll(",.*", "");
        return new Discovery(
                List.of(new UndeclaredReference(
                        target.table().toString(),
                        candidate.column(),
                        numbers.rows(),
                        sampleKey,
                        ReferenceLine.column(target.table(), candidate.column()))),
                notes);
    }

    /** Numbers under names that tell in JSON, or after the table's name in a text, of some values. */
    private Uni<Discovery> inside(Target target, Candidate candidate, Optional<String> sieve) {
        String column = "searched." + Identifier.quote(candidate.column());
        String sql = "SELECT " + column + "::text AS value" + from(target, percent(target)) + " WHERE length(" + column
                + "::text) <= " + TEXT_LENGTH_MAX
                + sieve.map(regex -> " AND (" + column + "::text ~* $1::text OR " + column + "::text ~ '^\\s*[{\\[]')")
                        .orElse("")
                + " LIMIT " + VALUES_MAX;
        return database.probe(sql, sieve.map(Tuple::of).orElseGet(Tuple::tuple), row -> row.getString("value"))
                .chain(answer -> answer instanceof Answer.Rows<String> rows
                        ? numbers(target, candidate, rows.rows())
                        : Uni.createFrom().item(notSearched(target, candidate)));
    }

    private Uni<Discovery> numbers(Target target, Candidate candidate, List<String> values) {
        NumberPlaces places = new NumberPlaces(names);
        values.forEach(places::add);
        if (places.numbers().isEmpty()) {
            return nothing();
        }
        String sql = "SELECT " + Identifier.quote(key) + "::text AS key FROM "
                + root.name().quoted() + " WHERE " + Identifier.quote(key) + " = ANY ($1::bigint[])";
        return database.probe(
                        sql, Tuple.of((Object) places.numbers().toArray(Long[]::new)), row -> row.getString("key"))
                .map(answer -> answer instanceof Answer.Rows<String> rows
                        ? describe(target, candidate, places, new HashSet<>(rows.rows()))
                        : notSearched(target, candidate));
    }

    private static Discovery describe(Target target, Candidate candidate, NumberPlaces places, Set<String> keys) {
        List<UndeclaredReference> references = new ArrayList<>();
        Map<NumberPlaces.Place, List<Long>> found = new LinkedHashMap<>(places.found());
        found.forEach((place, numbers) -> {
            List<String> hits =
                    numbers.stream().map(String::valueOf).filter(keys::contains).toList();
            if (!hits.isEmpty() && hits.size() >= SHARE_NAMED * numbers.size()) {
                references.add(new UndeclaredReference(
                        target.table().toString(),
                        candidate.column(),
                        hits.size(),
                        hits.get(0),
                        place.line(target.table(), candidate.column())));
            }
        });
        return new Discovery(references, List.of());
    }

    private static Discovery notSearched(Target target, Candidate candidate) {
        return new Discovery(
                List.of(),
                List.of(target.table() + "." + candidate.column()
                        + " was not searched: it could not be read in time, or not at all"));
    }

    private Optional<Double> percent(Target target) {
        return target.estimatedRows() > limits.tableRowsMax()
                ? Optional.of(100.0 * limits.tableRowsMax() / target.estimatedRows())
                : Optional.empty();
    }

    private static String from(Target target, Optional<Double> percent) {
        return " FROM " + target.table().quoted() + " AS searched"
                + percent.map(part -> String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f)", part))
                        .orElse("");
    }
}
