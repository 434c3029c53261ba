package dev.godwit.migration.plan;

import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The columns in which undeclared references could stand, table by table. */
final class SearchTargets {

    /**
     * Columns of all heaps, each with the root of its partitioning. Parameters: OID of the root table, its key column. Foreign keys to the key are left out, and
     * so are columns that PostgreSQL generates.
     */
    static final String COLUMNS = """
            WITH RECURSIVE base(oid, base) AS (
                SELECT oid, oid FROM pg_catalog.pg_type WHERE typtype <> 'd'
                 UNION ALL
                SELECT t.oid, b.base FROM pg_catalog.pg_type t JOIN base b ON t.typbasetype = b.oid WHERE t.typtype = 'd'),
            heap AS (
                SELECT c.oid, c.relname, c.relnamespace, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::oid AS top,
                       GREATEST(c.reltuples, 0)::float8 AS rows,
                       pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid) AS readable
                  FROM pg_catalog.pg_class c
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind = 'r'
                   AND c.relpersistence <> 't'
                   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'godwit')
                   AND n.nspname NOT LIKE 'pg\\_t%'),
            following(relation, attnum, root_key) AS (
                SELECT f.conrelid, k.child,
                       f.confrelid IN (SELECT $1::bigint::oid
                                       UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::bigint::oid)
                                       UNION SELECT relid FROM pg_catalog.pg_partition_ancestors($1::bigint::oid)) AND p.attname = $2::text
                  FROM pg_catalog.pg_constraint f
                 CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey)) AS k(child, parent)
                  JOIN pg_catalog.pg_attribute p ON p.attrelid = f.confrelid AND p.attnum = k.parent
                 WHERE f.contype = 'f'
                   AND COALESCE((pg_catalog.to_jsonb(f) ->> 'conenforced')::boolean, true)),
            form(oid, form) AS (
                SELECT b.oid,
                       CASE WHEN t.typname = 'uuid' THEN 'UUID'
                            WHEN t.typname IN ('text', 'varchar', 'bpchar', 'citext') THEN 'TEXT'
                            WHEN t.typname IN ('json', 'jsonb') THEN 'JSON'
                            WHEN t.typname = 'xml' THEN 'XML'
                            WHEN t.typname IN ('int2', 'int4', 'int8', 'numeric') THEN 'NUMBER'
                            WHEN t.typname IN ('_int2', '_int4', '_int8', '_numeric') THEN 'NUMBER_ARRAY'
                            WHEN t.typname IN ('_uuid', '_text', '_varchar', '_bpchar') THEN 'ARRAY'
                            WHEN t.oid = (SELECT own.base FROM pg_catalog.pg_attribute k JOIN base own ON own.oid = k.atttypid
                                           WHERE k.attrelid = $1::bigint::oid AND k.attname = $2::text) THEN 'SAME'
                        END
                  FROM base b
                  JOIN pg_catalog.pg_type t ON t.oid = b.base)
            SELECT h.oid::bigint AS oid,
                   h.top::bigint AS top,
                   (SELECT count(*) FROM heap other WHERE other.top = h.top) AS heaps,
                   h.rows,
                   h.readable,
                   hn.nspname::text AS schema,
                   h.relname::text AS name,
                   tn.nspname::text AS top_schema,
                   tc.relname::text AS top_name,
                   a.attname::text AS column,
                   form.form,
                   EXISTS (SELECT FROM following f WHERE f.relation = h.oid AND f.attnum = a.attnum) AS foreign_key
              FROM heap h
              JOIN pg_catalog.pg_namespace hn ON hn.oid = h.relnamespace
              JOIN pg_catalog.pg_class tc ON tc.oid = h.top
              JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
              JOIN pg_catalog.pg_attribute a ON a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              JOIN form ON form.oid = a.atttypid AND form.form IS NOT NULL
             WHERE NOT EXISTS (SELECT FROM following f WHERE f.relation = h.oid AND f.attnum = a.attnum AND f.root_key)
               AND NOT (h.top = COALESCE(pg_catalog.pg_partition_root($1::bigint::oid), $1::bigint::oid) AND a.attname = $2::text)
             ORDER BY tn.nspname, tc.relname, hn.nspname, h.relname, a.attnum
            """;

    /** How a column could hold keys. */
    enum Form {
        UUID,
        TEXT,
        JSON,
        XML,
        NUMBER,
        NUMBER_ARRAY,
        ARRAY,
        /** The type of the key, where it is none of the others. */
        SAME
    }

    /** A column of one heap. */
    record HeapColumn(
            TableName heap,
            TableName top,
            long heaps,
            double rows,
            boolean readable,
            String column,
            Form form,
            boolean foreignKey) {

        static HeapColumn fromRow(Row row) {
            return new HeapColumn(
                    new TableName(row.getString("schema"), row.getString("name")),
                    new TableName(row.getString("top_schema"), row.getString("top_name")),
                    row.getLong("heaps"),
                    row.getDouble("rows"),
                    row.getBoolean("readable"),
                    row.getString("column"),
                    Form.valueOf(row.getString("form")),
                    row.getBoolean("foreign_key"));
        }
    }

    /** A column to search. */
    record Candidate(String column, Form form) {}

    /** A table to search in one pass. */
    record Target(TableName table, double estimatedRows, boolean readable, List<Candidate> candidates) {}

    private final Set<String> plainlyDeclared;

    SearchTargets(List<SoftReference> declared) {
        this.plainlyDeclared = declared.stream()
                .filter(reference -> reference.path().isEmpty())
                .map(reference -> reference.table() + "." + reference.column())
                .collect(Collectors.toSet());
    }

    /** Partitioned tables are searched as a whole where every partition is a candidate, else partition by partition. */
    List<Target> targets(List<HeapColumn> columns, boolean numbers) {
        Map<String, List<HeapColumn>> byTopColumn = new LinkedHashMap<>();
        columns.stream().filter(column -> isSearched(column, numbers)).forEach(column -> byTopColumn
                .computeIfAbsent(column.top() + "." + column.column(), k -> new ArrayList<>())
                .add(column));
        Map<TableName, List<Candidate>> candidates = new LinkedHashMap<>();
        Map<TableName, List<HeapColumn>> heaps = new LinkedHashMap<>();
        for (List<HeapColumn> same : byTopColumn.values()) {
            boolean whole = same.size() == same.get(0).heaps();
            for (HeapColumn column : same) {
                TableName table = whole ? column.top() : column.heap();
                heaps.computeIfAbsent(table, t -> new ArrayList<>()).add(column);
                List<Candidate> known = candidates.computeIfAbsent(table, t -> new ArrayList<>());
                Candidate candidate = new Candidate(column.column(), column.form());
                if (!known.contains(candidate) && !plainlyDeclared.contains(table + "." + column.column())) {
                    known.add(candidate);
                }
            }
        }
        return candidates.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> target(entry.getKey(), heaps.get(entry.getKey()), entry.getValue()))
                .toList();
    }

    private static Target target(TableName table, List<HeapColumn> columns, List<Candidate> candidates) {
        Map<TableName, Double> rows =
                columns.stream().collect(Collectors.toMap(HeapColumn::heap, HeapColumn::rows, (one, same) -> one));
        return new Target(
                table,
                rows.values().stream().mapToDouble(Double::doubleValue).sum(),
                columns.stream().allMatch(HeapColumn::readable),
                candidates);
    }

    /** A column of numbers that is a foreign key to another table holds that table's keys. */
    private static boolean isSearched(HeapColumn column, boolean numbers) {
        return switch (column.form()) {
            case NUMBER, NUMBER_ARRAY -> numbers && !column.foreignKey();
            case TEXT, JSON -> true;
            case UUID, XML, ARRAY, SAME -> !numbers;
        };
    }
}
