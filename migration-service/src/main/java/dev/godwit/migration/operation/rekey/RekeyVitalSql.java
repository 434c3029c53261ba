package dev.godwit.migration.operation.rekey;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import java.util.Locale;
import java.util.Optional;

/** The SQL by which the keys of a rekeyed table are looked at while nobody migrates them. Every statement reads a bounded number of rows. */
public final class RekeyVitalSql {

    private final RekeyModel model;
    private final RekeySql sql;

    public RekeyVitalSql(RekeyModel model) {
        this.model = model;
        this.sql = new RekeySql(model);
    }

    /**
     * Entities in scope: {@code $1} how many at most.
     *
     * @param percent of the table's blocks, taken at random; empty for all of them
     */
    public String sample(Optional<Double> percent) {
        return """
                SELECT %s
                  FROM %s AS %s%s
                 WHERE (%s)
                 LIMIT $1
                """.formatted(
                        sql.entityColumns(), model.root().quoted(), sql.alias(), tableSample(percent), model.where());
    }

    /** Entities in scope that were made in the last {@code $2} seconds: {@code $1} how many at most. Empty where nothing says when a row was made. */
    public Optional<String> recent() {
        return model.definition().created().map(created ->
                """
                SELECT %s
                  FROM %s AS %s
                 WHERE (%s)
                   AND (%s) >= clock_timestamp() - make_interval(secs => $2)
                 LIMIT $1
                """.formatted(sql.entityColumns(), model.root().quoted(), sql.alias(), model.where(), created));
    }

    /** Columns of the root and {@code new_key}, the key that a row should have, of the entities {@code $1} with the new keys {@code $2}. */
    public String entities() {
        return """
                SELECT t.*, k.new_key
                  FROM unnest(%s, %s) AS k(key, new_key)
                  JOIN %s AS t ON t.%s = k.key""".formatted(
                model.keyType().array(1), model.keyType().array(2), model.root().quoted(), quote(model.key()));
    }

    /** The same without entities or parameters: what PostgreSQL says to a query over it. */
    public static String entitiesForCheck(TableName root, String keyType) {
        return "SELECT t.*, NULL::" + keyType + " AS new_key\n  FROM " + root.quoted() + " AS t";
    }

    /** {@code read} references by foreign key, at most {@code $1}, and how many of them are {@code orphans}. */
    public String orphansOf(MergeReference reference, Optional<Double> percent) {
        String alias = quote(reference.table().name());
        String value = alias + "." + quote(reference.column());
        return """
                SELECT count(*) AS read, count(*) FILTER (WHERE p.parent IS NULL) AS orphans
                  FROM (SELECT %s AS value
                          FROM %s AS %s%s
                         WHERE %s IS NOT NULL
                           AND (%s)
                         LIMIT $1) AS s
                  LEFT JOIN (SELECT %s AS parent FROM %s) AS p ON p.parent = s.value
                """.formatted(
                        value,
                        reference.table().quoted(),
                        alias,
                        tableSample(percent),
                        value,
                        reference.when().orElse("true"),
                        quote(model.keyOfMap(reference.map())),
                        model.tableOfMap(reference.map()).quoted());
    }

    /** Values of a declared reference as {@code held}, in the form that {@link ReferenceText} reads: {@code $1} how many at most, {@code $2} the longest. */
    public String held(FoundReference reference, Optional<Double> percent) {
        String alias = quote(reference.table().name());
        String column = alias + "." + quote(reference.reference().column());
        String text = reference.form() == FoundReference.Form.ARRAY
                ? "array_to_json(ARRAY(SELECT unnest(" + column + ")))::text"
                : column + "::text";
        return """
                SELECT CASE WHEN pg_column_size(%s) <= $2 THEN %s END AS held
                  FROM %s AS %s%s
                 WHERE %s IS NOT NULL
                   AND (%s)
                 LIMIT $1
                """.formatted(
                        column,
                        text,
                        reference.table().quoted(),
                        alias,
                        tableSample(percent),
                        column,
                        reference.reference().when().orElse("true"));
    }

    /** Those of {@code $1} that are no key of the root, as {@code key}. */
    public String missing() {
        return """
                SELECT k.key::text AS key
                  FROM unnest(%s) AS k(key)
                 WHERE NOT EXISTS (SELECT FROM %s AS t WHERE t.%s = k.key)
                """.formatted(model.keyType().array(1), model.root().quoted(), quote(model.key()));
    }

    /** Every row that a batch of the entities {@code $1} may rewrite, as {@code relation} and a digest of the {@code row}. */
    public String vicinity() {
        return model.rewrites().stream()
                .map(rewrite -> "SELECT " + literal(rewrite.table()) + " AS relation, md5(t::text) AS row FROM "
                        + rewrite.table().quoted() + " AS t\n WHERE "
                        + rewrite.columns().stream().map(this::holds).collect(joining(" OR ")))
                .collect(joining("\nUNION ALL\n"));
    }

    private String holds(ColumnRewrite column) {
        String name = "t." + quote(column.column());
        return column.kind() == ColumnRewrite.Kind.ARRAY
                ? name + " && " + keysOf(column.map(), column.type())
                : name + " = ANY (" + keysOf(column.map(), column.type()) + ")";
    }

    /** As an array, which PostgreSQL computes once and then looks up. */
    private String keysOf(int map, KeyType type) {
        if (map == 0) {
            return type.array(1);
        }
        DerivedKey child = model.derived().get(map - 1);
        return "ARRAY(SELECT c." + quote(child.key()) + " FROM " + child.table().quoted() + " AS c WHERE c."
                + quote(child.parentColumn()) + " = ANY (" + keysOf(child.parentMap(), child.parentType()) + "))";
    }

    private static String tableSample(Optional<Double> percent) {
        return percent.map(part -> String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f)", part))
                .orElse("");
    }
}
