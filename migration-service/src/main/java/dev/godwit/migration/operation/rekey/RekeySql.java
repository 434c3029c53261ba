package dev.godwit.migration.operation.rekey;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.Survivor;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.DuplicateGroups;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The SQL of a rekey. Keys are bound as arrays of text and cast to the column's type; identifiers are quoted; expressions come from the definition on disk.
 *
 * <p>The order inside a batch is measured: lock the entities in a statement of its own (without it, children that the application inserts at that moment are lost
 * or make the batch fail), compute the keys, then let <b>one</b> statement rewrite parent and children together, so that foreign keys, which are checked at the end of
 * a statement, hold, RESTRICT ones too.
 */
public final class RekeySql {

    /** How many derived children one statement reads, less one that shows that there are more: all of them are held at once. */
    public static final int DERIVED_MAX = 100_000;

    private final RekeyModel model;

    public RekeySql(RekeyModel model) {
        this.model = model;
    }

    /**
     * Entities in a range of blocks: {@code $1}, {@code $2} tid bounds.
     *
     * @param relation the heap that is read
     */
    public String readRange(TableName relation, boolean lock) {
        return """
                SELECT %s
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                   AND (%s)%s
                """.formatted(
                        entityColumns(),
                        relation.quoted(),
                        alias(),
                        alias(),
                        alias(),
                        model.where(),
                        lock ? "\n   FOR UPDATE" : "");
    }

    /** Keys of a range of blocks, read without any expression of the definition: {@code $1}, {@code $2} tid bounds. */
    public String keysOfRange(TableName relation) {
        return """
                SELECT %s.%s::text AS key
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                """.formatted(alias(), quote(model.key()), relation.quoted(), alias(), alias(), alias());
    }

    /** Entities by key, in or out of scope: {@code $1} keys. */
    public String readKeys(boolean lock) {
        return """
                SELECT %s
                  FROM %s AS %s
                 WHERE %s.%s = ANY (%s)
                 ORDER BY %s.%s%s
                """.formatted(
                        entityColumns(),
                        model.root().quoted(),
                        alias(),
                        alias(),
                        quote(model.key()),
                        model.keyType().array(1),
                        alias(),
                        quote(model.key()),
                        lock ? "\n   FOR UPDATE" : "");
    }

    /** Members of duplicate groups, the survivor of each group before its losers: {@code $1} keys. */
    public String rankMembers() {
        String order = model.survivor()
                .map(s -> "(" + s.expression() + ") "
                        + (s.direction() == Survivor.Direction.NEWEST ? "DESC" : "ASC")
                        + " NULLS LAST, ")
                .orElse("");
        return """
                SELECT %s.%s::text AS key
                  FROM %s AS %s
                 WHERE %s.%s = ANY (%s)
                 ORDER BY %s%s.%s::text
                """.formatted(
                        alias(),
                        quote(model.key()),
                        model.root().quoted(),
                        alias(),
                        alias(),
                        quote(model.key()),
                        model.keyType().array(1),
                        order,
                        alias(),
                        quote(model.key()));
    }

    /** Groups of entities that share one new key, over the whole table: one row per group, as {@link DuplicateGroups} yields it. */
    public String groupDuplicates() {
        String key = alias() + "." + quote(model.key()) + "::text";
        String group = model.to() instanceof KeyExpression.Uuid5 uuid
                ? "(" + uuid.namespaceSql() + ")::text, (" + uuid.nameSql() + ")::text"
                : newKeySql() + "::text";
        String first = model.to() instanceof KeyExpression.Uuid5 uuid ? "(" + uuid.nameSql() + ")" : newKeySql();
        return """
                SELECT %s
                  FROM %s AS %s
                 WHERE (%s)
                   AND %s IS NOT NULL
                 GROUP BY %s
                HAVING count(*) > 1
                """.formatted(
                        DuplicateGroups.columns(key, key), model.root().quoted(), alias(), model.where(), first, group);
    }

    /**
     * Children of a derived table whose parents are among {@code $1} (old keys), as they look once the parent's key is {@code $2} (new keys, same order): their
     * key, their parent's old key, and what their new key is computed from.
     */
    public String readDerived(int map, boolean lock) {
        DerivedKey child = model.derived().get(map - 1);
        String row = child.columns().stream()
                .map(c -> (c.equals(child.parentColumn()) ? "m.new" : "t." + quote(c)) + " AS " + quote(c))
                .collect(joining(", "));
        return """
                SELECT t.%s::text AS key, m.old::text AS parent, x.namespace, x.name
                  FROM unnest(%s, %s) AS m(old, new)
                  JOIN %s AS t ON t.%s = m.old
                 CROSS JOIN LATERAL (SELECT %s FROM (SELECT %s) AS %s) AS x
                 LIMIT %d%s
                """.formatted(
                        quote(child.key()),
                        child.parentType().array(1),
                        child.parentType().array(2),
                        child.table().quoted(),
                        quote(child.parentColumn()),
                        feed(child.to(), child.type()),
                        row,
                        quote(child.table().name()),
                        DERIVED_MAX + 1,
                        lock ? "\n   FOR UPDATE OF t" : "");
    }

    /** The parents' keys of rows of a derived table, to find the entity that a changed child belongs to: {@code $1} keys of the child. */
    public String parentsOfDerived(int map) {
        DerivedKey child = model.derived().get(map - 1);
        return """
                SELECT DISTINCT t.%s::text AS key
                  FROM %s AS t
                 WHERE t.%s = ANY (%s)
                   AND t.%s IS NOT NULL
                """.formatted(
                        quote(child.parentColumn()),
                        child.table().quoted(),
                        quote(child.key()),
                        child.type().array(1),
                        quote(child.parentColumn()));
    }

    /**
     * The statement that moves a step of the batch: parents and everything that hangs on them. Map {@code i} is bound as {@code $(3i+1)} old keys,
     * {@code $(3i+2)} new keys, {@code $(3i+3)} new keys of the parents (empty for the root). One row comes back: the rows written per table, in the
     * order of {@link RekeyModel#rewrites()}, then the keys of root rows that were written though they are not moved themselves.
     */
    public String rewrite() {
        List<String> parts = new ArrayList<>();
        for (int map = 0; map <= model.derived().size(); map++) {
            parts.add(mapCte(map));
        }
        List<TableRewrite> rewrites = model.rewrites();
        for (int i = 0; i < rewrites.size(); i++) {
            String returning =
                    i == 0 && selfReferencing() ? alias() + "." + quote(model.key()) + "::text AS key" : "1 AS one";
            parts.add("u" + i + " AS (\n" + update(rewrites.get(i)) + "RETURNING " + returning + ")");
        }
        String counts = IntStream.range(0, rewrites.size())
                .mapToObj(i -> "(SELECT count(*) FROM u" + i + ")")
                .collect(joining(", "));
        String moved = selfReferencing()
                ? "SELECT u0.key FROM u0 EXCEPT SELECT unnest($2::text[])"
                : "SELECT NULL::text WHERE false";
        return """
                WITH %s
                SELECT ARRAY[%s] AS written,
                       ARRAY(%s) AS moved
                """.formatted(String.join(",\n     ", parts), counts, moved);
    }

    /** How many rows of each referencing table a rewrite of {@code $1} would write: same order and parameters as {@link #rewrite()}. */
    public String countRewrites() {
        List<String> maps = new ArrayList<>();
        for (int map = 0; map <= model.derived().size(); map++) {
            maps.add(mapCte(map));
        }
        String counts = model.rewrites().stream()
                .map(r -> "(SELECT count(*) FROM " + r.table().quoted() + " AS "
                        + quote(r.table().name()) + " WHERE " + touched(r) + ")")
                .collect(joining(", "));
        return "WITH " + String.join(",\n     ", maps) + "\nSELECT ARRAY[" + counts + "] AS written\n";
    }

    private String mapCte(int map) {
        int p = 3 * map;
        String parentType =
                map == 0 ? "text" : model.derived().get(map - 1).parentType().castName();
        return "m%d AS MATERIALIZED (SELECT * FROM unnest(%s, %s, ($%d::text[])::%s[]) AS t(old, new, parent))"
                .formatted(
                        map,
                        model.typeOfMap(map).array(p + 1),
                        model.typeOfMap(map).array(p + 2),
                        p + 3,
                        parentType);
    }

    private String update(TableRewrite rewrite) {
        List<ColumnRewrite> columns = rewrite.columns();
        String table = rewrite.table().quoted();
        String name = quote(rewrite.table().name());
        if (columns.size() == 1 && isPlain(columns.get(0))) {
            ColumnRewrite only = columns.get(0);
            return """
                    UPDATE %s AS %s SET %s = %s
                      FROM m%d AS m
                     WHERE %s.%s = %s AND m.old <> m.new
                    """.formatted(
                            table,
                            name,
                            quote(only.column()),
                            as(only, "m.new"),
                            only.map(),
                            name,
                            quote(only.column()),
                            as(only, "m.old"));
        }
        DerivedKey derived = derivedAlone(rewrite);
        if (derived != null) {
            return """
                    UPDATE %s AS %s SET %s = m.new, %s = m.parent
                      FROM m%d AS m
                     WHERE %s.%s = m.old AND (m.old <> m.new OR %s.%s <> m.parent)
                    """.formatted(
                            table,
                            name,
                            quote(derived.key()),
                            quote(derived.parentColumn()),
                            mapOf(derived),
                            name,
                            quote(derived.key()),
                            name,
                            quote(derived.parentColumn()));
        }
        String set = columns.stream()
                .map(ColumnRewrite::column)
                .distinct()
                .map(column -> quote(column) + " = " + rewritten(columns, column, name))
                .collect(joining(", "));
        return "UPDATE " + table + " AS " + name + " SET " + set + "\n WHERE " + touched(rewrite) + "\n";
    }

    /** A key of the map as the column holds it. */
    private String as(ColumnRewrite column, String key) {
        return column.type().holdsTextOf(model.typeOfMap(column.map()))
                ? key + "::" + column.type().castName()
                : key;
    }

    private static boolean isPlain(ColumnRewrite column) {
        return column.kind() != ColumnRewrite.Kind.ARRAY && column.when().isEmpty();
    }

    /** The derived child, when its key and the column of its parent are all that the table has to rewrite; else null. */
    private DerivedKey derivedAlone(TableRewrite rewrite) {
        return model.derived().stream()
                .filter(d ->
                        d.table().equals(rewrite.table()) && rewrite.columns().size() == 2)
                .filter(d -> rewrite.columns().stream()
                        .allMatch(c -> isPlain(c)
                                && (c.column().equals(d.key()) || c.column().equals(d.parentColumn()))))
                .findFirst()
                .orElse(null);
    }

    private int mapOf(DerivedKey derived) {
        return model.derived().indexOf(derived) + 1;
    }

    /** A column may refer to rows of two tables, each with a map of its own; a statement can set it only once. */
    private String rewritten(List<ColumnRewrite> columns, String column, String name) {
        List<ColumnRewrite> same =
                columns.stream().filter(c -> c.column().equals(column)).toList();
        if (same.size() == 1) {
            return rewritten(same.get(0), name);
        }
        String value = name + "." + quote(column);
        return same.stream()
                .map(c -> "CASE WHEN (" + c.when().orElse("true") + ") THEN (" + lookUp(c, value) + ") END")
                .collect(joining(", ", "coalesce(", ", " + value + ")"));
    }

    /** Computed from the row being updated over the whole map: an array may hold two keys of one batch, a row two references. */
    private String rewritten(ColumnRewrite c, String name) {
        String column = name + "." + quote(c.column());
        if (c.kind() == ColumnRewrite.Kind.ARRAY) {
            String rewritten = """
                    godwit.in_shape_of((SELECT array_agg(coalesce((%s), e.value) ORDER BY e.n)
                       FROM unnest(%s) WITH ORDINALITY AS e(value, n)), %s)""".formatted(lookUp(c, "e.value"), column, column);
            return guarded(c, rewritten, column);
        }
        return guarded(c, "coalesce((%s), %s)".formatted(lookUp(c, column), column), column);
    }

    private String lookUp(ColumnRewrite c, String value) {
        return "SELECT " + as(c, "m.new") + " FROM m" + c.map() + " AS m WHERE " + as(c, "m.old") + " = " + value;
    }

    private static String guarded(ColumnRewrite c, String rewritten, String column) {
        return c.when()
                .map(when -> "CASE WHEN (" + when + ") THEN " + rewritten + " ELSE " + column + " END")
                .orElse(rewritten);
    }

    /** Which rows a rewrite touches, by an index where there is one: keys as array parameters, not a join. */
    private static String touched(TableRewrite rewrite) {
        String name = quote(rewrite.table().name());
        return rewrite.columns().stream()
                .map(c -> {
                    String keys = c.type().array(3 * c.map() + 1);
                    String column = name + "." + quote(c.column());
                    String match = c.kind() == ColumnRewrite.Kind.ARRAY
                            ? column + " && " + keys
                            : column + " = ANY (" + keys + ")";
                    return c.when()
                            .map(when -> "(" + match + " AND (" + when + "))")
                            .orElse(match);
                })
                .collect(joining(" OR "));
    }

    String entityColumns() {
        return "%s.%s::text AS key, %s, coalesce((%s), false) AS in_scope"
                .formatted(alias(), quote(model.key()), feed(model.to(), model.keyType()), model.where());
    }

    private String feed(KeyExpression expression, KeyType type) {
        if (expression instanceof KeyExpression.Uuid5 uuid) {
            return "(" + uuid.namespaceSql() + ")::text AS namespace, (" + uuid.nameSql() + ")::text AS name";
        }
        KeyExpression.Sql sql = (KeyExpression.Sql) expression;
        return "NULL::text AS namespace, ((" + sql.expression() + ")::" + type.castName() + ")::text AS name";
    }

    private String newKeySql() {
        return "(" + ((KeyExpression.Sql) model.to()).expression() + ")";
    }

    /** A self reference makes a batch write rows of the root that it does not move: they may leave a range not yet read. */
    private boolean selfReferencing() {
        return model.rewrites().get(0).columns().size() > 1;
    }

    String alias() {
        return quote(model.root().name());
    }
}
