package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What PostgreSQL would say against rows that are to be inserted, for a plan, which cannot try: lengths, NOT NULL, CHECK, foreign keys and further unique indexes, as far as they concern
 * the columns that are given alone. Triggers are not foreseen.
 */
final class InsertForesight {

    private static final String OBSTACLES = """
            WITH target AS (SELECT $1::text::regclass AS oid)
            SELECT 1 AS rank, 'length' AS kind, NULL::text AS condition, ARRAY[a.attname::text] AS columns, (a.atttypmod - 4)::text AS other, NULL::text[] AS other_columns
              FROM target, pg_attribute AS a
             WHERE a.attrelid = target.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND a.atttypmod > 4
             UNION ALL
            SELECT 2, 'null', NULL, ARRAY[a.attname::text], NULL, NULL
              FROM target, pg_attribute AS a
             WHERE a.attrelid = target.oid AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped
             UNION ALL
            SELECT 3, 'check', pg_get_expr(c.conbin, c.conrelid), names.columns, NULL, NULL
              FROM target
              JOIN pg_constraint AS c ON c.conrelid = target.oid AND c.contype = 'c'
             CROSS JOIN LATERAL (SELECT coalesce(array_agg(a.attname::text), '{}') AS columns FROM pg_attribute AS a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS names
             WHERE coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
             UNION ALL
            SELECT 4, 'unique', NULL, names.columns, i.indexrelid::regclass::text, NULL
              FROM target
              JOIN pg_index AS i ON i.indrelid = target.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
             CROSS JOIN LATERAL (SELECT array_agg(a.attname::text) AS columns
                                   FROM pg_attribute AS a
                                  WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])) AS names
             UNION ALL
            SELECT 5, 'parent', NULL, names.columns, format('%I.%I', n.nspname, p.relname), names.other_columns
              FROM target
              JOIN pg_constraint AS c ON c.conrelid = target.oid AND c.contype = 'f' AND c.confrelid <> target.oid
              JOIN pg_class AS p ON p.oid = c.confrelid
              JOIN pg_namespace AS n ON n.oid = p.relnamespace
             CROSS JOIN LATERAL (SELECT array_agg(a.attname::text ORDER BY k.place) AS columns, array_agg(f.attname::text ORDER BY k.place) AS other_columns
                                   FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(own, others, place)
                                   JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.own
                                   JOIN pg_attribute AS f ON f.attrelid = c.confrelid AND f.attnum = k.others) AS names
             WHERE coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
               AND has_table_privilege(p.oid, 'SELECT')
             ORDER BY 1
            """;

    private final SqlConnection connection;
    private final TableName target;
    private final Set<String> given;
    private final List<Set<String>> judged;

    /**
     * For rows of a table.
     *
     * @param given columns of which the values are known
     * @param judged sets of columns of which it is known otherwise whether their values are taken
     */
    InsertForesight(SqlConnection connection, TableName target, Set<String> given, List<Set<String>> judged) {
        this.connection = connection;
        this.target = target;
        this.given = given;
        this.judged = judged;
    }

    /** SQL over {@code godwit_d}, a row to be inserted: the code of the first obstacle, or null. */
    Uni<String> misfit() {
        return misfit(kind -> true);
    }

    /** The same for a row that is there and gets these values: that its own values are in its unique indexes is no obstacle. */
    Uni<String> misfitOfUpdate() {
        return misfit(kind -> !kind.equals("unique"));
    }

    private Uni<String> misfit(Predicate<String> concerns) {
        return Rows.query(connection, OBSTACLES, Tuple.of(target.quoted()))
                .map(rows -> rows.stream()
                        .filter(row -> concerns.test(row.getString("kind")))
                        .filter(row -> given.containsAll(columns(row)))
                        .filter(row ->
                                !(row.getString("kind").equals("unique") && judged.contains(Set.copyOf(columns(row)))))
                        .map(this::obstacle)
                        .collect(joining(" ")))
                .map(cases -> cases.isEmpty() ? "NULL::text" : "CASE " + cases + " END");
    }

    private String obstacle(Row row) {
        List<String> columns = columns(row);
        return switch (row.getString("kind")) {
            case "length" ->
                when("char_length(rtrim(" + derived(columns.get(0)) + ", ' ')) > " + row.getString("other"), "22001");
            case "null" -> when(derived(columns.get(0)) + " IS NULL", "23502");
            case "check" ->
                when(
                        "NOT coalesce((SELECT (" + row.getString("condition") + ") FROM (SELECT godwit_d.*) AS "
                                + quote(target.name()) + "), true)",
                        "23514");
            case "unique" -> when(isThere(target.quoted(), columns, columns), "23505");
            default ->
                when(
                        areSet(columns) + " AND NOT "
                                + isThere(
                                        row.getString("other"),
                                        columns,
                                        List.of(row.getArrayOfStrings("other_columns"))),
                        "23503");
        };
    }

    private static String when(String condition, String sqlState) {
        return "WHEN " + condition + " THEN 'sqlstate_" + sqlState + "'";
    }

    private static String areSet(List<String> columns) {
        return columns.stream().map(column -> derived(column) + " IS NOT NULL").collect(joining(" AND "));
    }

    private static String isThere(String table, List<String> columns, List<String> others) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> "godwit_o." + quote(others.get(i)) + " = " + derived(columns.get(i)))
                .collect(joining(" AND ", "EXISTS (SELECT FROM " + table + " AS godwit_o WHERE ", ")"));
    }

    private static String derived(String column) {
        return "godwit_d." + quote(column);
    }

    private static List<String> columns(Row row) {
        return List.of(row.getArrayOfStrings("columns"));
    }
}
