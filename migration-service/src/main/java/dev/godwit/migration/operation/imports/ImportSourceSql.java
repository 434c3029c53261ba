package dev.godwit.migration.operation.imports;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.ImportedValue;
import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.DuplicateGroups;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.imports.ImportModel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The statements that read the source. None writes or locks, so the role needs no more than SELECT there. Expressions of the definition see the row under the table's own
 * name; what Godwit adds is called {@code godwit_…}.
 */
public final class ImportSourceSql {

    /**
     * Bytes that the values of the rows of one statement may have together. They are in memory some four times over: as they arrive, as texts, and on their way to the target twice; and several batches
     * are under way.
     */
    public static final int BYTES_MAX = 4 << 20;

    /** Bytes that the values of a row may have that is read alone. */
    public static final int ROW_BYTES_MAX = 16 << 20;

    private final ImportModel model;

    public ImportSourceSql(ImportModel model) {
        this.model = model;
    }

    /** The expressions that {@link #read} evaluates, in its order: those of each value, then those of the blob. */
    public List<String> expressions() {
        List<String> expressions = new ArrayList<>();
        model.values().forEach(value -> expressions.addAll(expressions(value)));
        model.definition()
                .blobs()
                .ifPresent(blobs -> expressions.addAll(List.of(blobs.path(), blobs.sha256(), blobs.size())));
        return expressions;
    }

    /** What is to be known of a row for one value: a computed key takes its namespace and its name, an identity the key to look for and what holds otherwise. */
    public static List<String> expressions(Value value) {
        if (value.by() instanceof ImportedValue.Identity identity) {
            List<String> expressions = new ArrayList<>(List.of(identity.keySql()));
            identity.otherwiseSql().ifPresent(expressions::add);
            return expressions;
        }
        KeyExpression by = ((ImportedValue.Computed) value.by()).by();
        return by instanceof KeyExpression.Uuid5 uuid5
                ? List.of(uuid5.namespaceSql(), uuid5.nameSql())
                : List.of(((KeyExpression.Sql) by).expression());
    }

    /** Whether a value is a UUID that is computed of a namespace and a name. */
    public static boolean isUuid5(Value value) {
        return value.by() instanceof ImportedValue.Computed computed && computed.by() instanceof KeyExpression.Uuid5;
    }

    /**
     * Keys of a range of blocks: {@code $1}, {@code $2} tid bounds.
     *
     * @param scope whether only those in scope, else with no expression of the definition evaluated
     */
    public String keysOfRange(TableName relation, boolean scope) {
        return """
                SELECT %s::text AS key
                  FROM ONLY %s AS %s
                 WHERE %s%s
                """.formatted(
                        key(),
                        relation.quoted(),
                        alias(),
                        isInRange(),
                        scope ? "\n   AND (" + model.definition().where() + ")" : "");
    }

    /**
     * Rows of a range of blocks that are in scope: {@code $1}, {@code $2} tid bounds. Yields {@code key}, and the {@code texts} of the expressions of the values that name a row
     * of the target, in the order of {@link ImportModel#naming()}.
     */
    public String headsOfRange(TableName relation) {
        String texts = model.naming().orElseThrow().stream()
                .flatMap(value -> expressions(value).stream())
                .map(expression -> "(" + expression + ")::text")
                .collect(joining(", "));
        return """
                SELECT %s::text AS key, ARRAY[%s] AS texts
                  FROM ONLY %s AS %s
                 WHERE %s
                   AND (%s)
                """.formatted(
                        key(),
                        texts,
                        relation.quoted(),
                        alias(),
                        isInRange(),
                        model.definition().where());
    }

    /**
     * Rows by key, in scope or not: {@code $1} keys. Yields {@code key}, {@code in_scope}, and the {@code texts} of the expressions of a row that is; where those of all rows so far have more than
     * {@link #BYTES_MAX} bytes, or the first row's more than {@link #ROW_BYTES_MAX}, the number of {@code bytes} of the row instead.
     */
    public String read() {
        return read(model.root().quoted(), key() + " = ANY (" + model.keyType().array(1) + ")\n ORDER BY " + key());
    }

    /** The same of a range of blocks: {@code $1}, {@code $2} tid bounds. */
    public String readRange(TableName relation) {
        return read("ONLY " + relation.quoted(), isInRange());
    }

    private String isInRange() {
        return alias() + ".ctid >= $1::text::tid AND " + alias() + ".ctid < $2::text::tid";
    }

    private String read(String from, String which) {
        List<String> expressions = expressions();
        String computed = IntStream.range(0, expressions.size())
                .mapToObj(i -> ", (" + expressions.get(i) + ") AS godwit_" + i)
                .collect(joining());
        String texts = IntStream.range(0, expressions.size())
                .mapToObj(i -> "godwit_v.godwit_" + i + "::text")
                .collect(joining(", "));
        return """
                SELECT key, in_scope, CASE WHEN godwit_fits THEN texts END AS texts, CASE WHEN NOT godwit_fits THEN godwit_bytes END AS bytes
                  FROM (SELECT *, sum(godwit_bytes) OVER godwit_so_far <= CASE WHEN row_number() OVER godwit_so_far = 1 THEN %d ELSE %d END AS godwit_fits
                          FROM (SELECT *, pg_column_size(texts) AS godwit_bytes
                                  FROM (SELECT %s::text AS key, godwit_v.godwit_in IS TRUE AS in_scope, ARRAY[%s] AS texts
                                          FROM %s AS %s
                                          LEFT JOIN LATERAL (
                                            SELECT true AS godwit_in%s
                                             WHERE (%s)
                                            OFFSET 0) AS godwit_v ON true
                                         WHERE %s
                                        OFFSET 0) AS godwit_r) AS godwit_s
                        WINDOW godwit_so_far AS (ROWS UNBOUNDED PRECEDING)) AS godwit_t
                """.formatted(
                        ROW_BYTES_MAX,
                        BYTES_MAX,
                        key(),
                        texts,
                        from,
                        alias(),
                        computed,
                        model.definition().where(),
                        which);
    }

    /** Those of the keys that rows have: {@code $1} keys. */
    public String present() {
        return """
                SELECT %s::text AS key
                  FROM %s AS %s
                 WHERE %s = ANY (%s)
                """.formatted(
                key(), model.root().quoted(), alias(), key(), model.keyType().array(1));
    }

    /** Groups of rows that would take the same place in the target, as {@link DuplicateGroups} yields them; empty where no place can be told. */
    public Optional<String> duplicates() {
        return places().map(places -> """
                SELECT %s
                  FROM %s AS %s
                 WHERE (%s)
                   AND num_nulls(%s) = 0
                 GROUP BY %s
                HAVING count(*) > 1
                """.formatted(
                        DuplicateGroups.columns(key() + "::text", key()),
                        model.root().quoted(),
                        alias(),
                        model.definition().where(),
                        String.join(", ", places),
                        String.join(", ", places)));
    }

    /**
     * What decides about a row's place, in the order of the keys, of rows in scope: {@code $1} keys. Yields {@code key} and {@code place}.
     *
     * @param texts those of {@link #places()}
     */
    public String placesOf(List<String> texts) {
        return """
                SELECT %s::text AS key, ARRAY[%s]::text[] AS place
                  FROM %s AS %s
                 WHERE %s = ANY (%s)
                   AND (%s)
                   AND num_nulls(%s) = 0
                 ORDER BY %s
                """.formatted(
                        key(),
                        String.join(", ", texts),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().array(1),
                        model.definition().where(),
                        String.join(", ", texts),
                        key());
    }

    /** Texts that are equal for rows that would take the same place. Equal identities come of equal keys. */
    public Optional<List<String>> places() {
        if (model.uniques().isEmpty()) {
            return Optional.empty();
        }
        List<String> places = new ArrayList<>();
        for (Part part : model.uniques().get(0)) {
            model.values().stream()
                    .filter(value -> value.name().equals(part.name()))
                    .flatMap(value -> expressions(value).stream())
                    .forEach(expression -> places.add("(" + expression + ")::text"));
        }
        return Optional.of(places);
    }

    private String key() {
        return alias() + "." + quote(model.key());
    }

    private String alias() {
        return quote(model.root().name());
    }
}
