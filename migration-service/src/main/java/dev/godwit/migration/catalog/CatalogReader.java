package dev.godwit.migration.catalog;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * Reads tables from PostgreSQL's catalog by OID, versions 15 to 18. Stateless; joins whatever transaction the connection is in. What it answers does not depend
 * on the search_path, and names in it are exactly those of the catalog.
 */
public final class CatalogReader {

    /** No row: no relation of that name that could hold rows. */
    private static final String RELATION = """
            SELECT c.oid::bigint AS oid,
                   c.relkind::text AS kind,
                   c.relispartition AS is_partition,
                   (SELECT i.inhparent::bigint FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition) AS parent,
                   c.relrowsecurity AS row_security,
                   c.relforcerowsecurity AS row_security_forced,
                   pg_catalog.row_security_active(c.oid) AS row_security_applies,
                   c.relreplident::text AS replica_identity,
                   COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint AS filenode,
                   EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1') AS has_rules,
                   pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
                   c.relpersistence::text AS persistence
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1
               AND c.relname = $2
               AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """;

    /** Everything with rows that users may name; to tell what somebody probably meant. */
    private static final String NAMES = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'godwit')
               AND n.nspname NOT LIKE 'pg\\_t%'
             LIMIT 50000
            """;

    /** Leaves of partitioning, or the table itself, with their sizes; never-analysed heaps count fifty rows a page. */
    private static final String LEAVES = """
            SELECT c.oid::bigint AS oid,
                   s.pages,
                   CASE WHEN c.reltuples >= 0 AND c.relpages > 0 THEN c.reltuples::float8 * s.pages / c.relpages
                        WHEN c.reltuples > 0 THEN c.reltuples::float8
                        ELSE s.pages * 50.0::float8
                    END AS estimated_rows
              FROM pg_catalog.pg_class c
              CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) ELSE 0 END
                                         / pg_catalog.current_setting('block_size')::bigint AS pages) s
             WHERE c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::bigint::oid) WHERE isleaf
                             UNION ALL SELECT $1::bigint::oid WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree($1::bigint::oid)))
             ORDER BY c.oid
            """;

    private static final String INHERITANCE_CHILDREN = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
              FROM pg_catalog.pg_inherits i
              JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE i.inhparent = $1::bigint::oid
             ORDER BY n.nspname, c.relname
            """;

    /** Type names that format_type leaves bare only because of the search_path get their schema. */
    private static final String COLUMNS = """
            WITH RECURSIVE base(attnum, typid, typmod) AS (
                SELECT attnum, atttypid, atttypmod
                  FROM pg_catalog.pg_attribute
                 WHERE attrelid = $1::bigint::oid AND attnum > 0 AND NOT attisdropped
                 UNION ALL
                SELECT b.attnum, t.typbasetype, CASE WHEN b.typmod = -1 THEN t.typtypmod ELSE b.typmod END
                  FROM base b
                  JOIN pg_catalog.pg_type t ON t.oid = b.typid AND t.typtype = 'd')
            SELECT a.attnum::int AS number,
                   a.attname::text AS name,
                   a.atttypid::bigint AS type_oid,
                   (SELECT CASE WHEN n.nspname <> 'pg_catalog' AND pg_catalog.pg_type_is_visible(e.oid)
                                THEN pg_catalog.quote_ident(n.nspname) || '.' ELSE '' END
                      FROM pg_catalog.pg_type t
                      JOIN pg_catalog.pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
                      JOIN pg_catalog.pg_namespace n ON n.oid = e.typnamespace
                     WHERE t.oid = a.atttypid) || pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
                   (SELECT CASE WHEN n.nspname <> 'pg_catalog' AND pg_catalog.pg_type_is_visible(e.oid)
                                THEN pg_catalog.quote_ident(n.nspname) || '.' ELSE '' END
                      FROM pg_catalog.pg_type e
                      JOIN pg_catalog.pg_namespace n ON n.oid = e.typnamespace
                     WHERE e.oid = CASE WHEN bt.typcategory = 'A' AND bt.typelem <> 0 THEN bt.typelem ELSE bt.oid END)
                   || pg_catalog.format_type(b.typid, b.typmod) AS base_type,
                   bt.typcategory::text AS category,
                   a.attnotnull AS not_null,
                   a.attgenerated::text AS generated,
                   (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                      FROM pg_catalog.pg_attrdef d
                     WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> '') AS generation,
                   a.attidentity::text AS identity
              FROM pg_catalog.pg_attribute a
              JOIN base b USING (attnum)
              JOIN pg_catalog.pg_type bt ON bt.oid = b.typid AND bt.typtype <> 'd'
             WHERE a.attrelid = $1::bigint::oid
             ORDER BY a.attnum
            """;

    /** PostgreSQL before 18 has no conenforced: there, every check is enforced. */
    private static final String CHECKS = """
            SELECT c.conname::text AS name, pg_catalog.pg_get_expr(c.conbin, c.conrelid) AS condition
              FROM pg_catalog.pg_constraint c
             WHERE c.conrelid = $1::bigint::oid
               AND c.contype = 'c'
               AND COALESCE((pg_catalog.to_jsonb(c) ->> 'conenforced')::boolean, true)
             ORDER BY c.conname
            """;

    private static final String INDEXES = """
            SELECT i.indexrelid::bigint AS oid,
                   c.relname::text AS name,
                   i.indisunique AS is_unique,
                   i.indisprimary AS is_primary,
                   i.indisvalid AND i.indisready AS valid,
                   NOT i.indimmediate AS is_deferrable,
                   am.amname::text AS method,
                   i.indnullsnotdistinct AS nulls_not_distinct,
                   pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
                   (SELECT pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false) ORDER BY k)
                      FROM pg_catalog.generate_series(1, i.indnkeyatts) AS k) AS keys,
                   (SELECT pg_catalog.array_agg(o.opcname::text ORDER BY k.position)
                      FROM pg_catalog.unnest(i.indclass::oid[]) WITH ORDINALITY AS k(class, position)
                      JOIN pg_catalog.pg_opclass o ON o.oid = k.class) AS classes,
                   (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.position)
                      FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
                     WHERE k.position <= i.indnkeyatts) AS columns
              FROM pg_catalog.pg_index i
              JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              JOIN pg_catalog.pg_am am ON am.oid = c.relam
             WHERE i.indrelid = $1::bigint::oid
             ORDER BY c.relname
            """;

    /** PostgreSQL before 18 has no conenforced: there, every foreign key is enforced. */
    private static final String FOREIGN_KEYS = """
            SELECT f.oid::bigint AS oid,
                   f.conname::text AS name,
                   cn.nspname::text AS child_schema, cc.relname::text AS child_name, f.conrelid::bigint AS child,
                   pn.nspname::text AS parent_schema, pc.relname::text AS parent_name, f.confrelid::bigint AS parent,
                   (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.position)
                      FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k(attnum, position)
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum) AS child_columns,
                   (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.position)
                      FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k(attnum, position)
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum) AS parent_columns,
                   f.confupdtype::text AS on_update, f.confdeltype::text AS on_delete,
                   f.condeferrable AS is_deferrable, f.convalidated AS validated,
                   COALESCE((pg_catalog.to_jsonb(f) ->> 'conenforced')::boolean, true) AS enforced,
                   f.confmatchtype::text AS match_type
              FROM pg_catalog.pg_constraint f
              JOIN pg_catalog.pg_class cc ON cc.oid = f.conrelid
              JOIN pg_catalog.pg_namespace cn ON cn.oid = cc.relnamespace
              JOIN pg_catalog.pg_class pc ON pc.oid = f.confrelid
              JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
             WHERE f.contype = 'f'
               AND f.conparentid = 0
               AND f.confrelid IN (SELECT $1::bigint::oid
                                   UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::bigint::oid)
                                   UNION SELECT relid FROM pg_catalog.pg_partition_ancestors($1::bigint::oid))
             ORDER BY cn.nspname, cc.relname, f.conname
            """;

    /** Bits of tgtype: 1 row, 2 before, 16 update. Clones of a partitioned table's trigger on its partitions are left out, and aliases, which users did not make. */
    private static final String TRIGGERS = """
            SELECT t.tgname::text AS name,
                   pg_catalog.pg_get_triggerdef(t.oid) AS definition,
                   t.tgtype & 16 <> 0 AS on_update,
                   t.tgtype & 3 = 3 AS before_row,
                   pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) AS function,
                   t.tgenabled IN ('O', 'A') AS enabled
              FROM pg_catalog.pg_trigger t
              JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'godwit'
             WHERE NOT t.tgisinternal
               AND (t.tgrelid = $1::bigint::oid
                    OR t.tgparentid = 0 AND t.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::bigint::oid)))
             ORDER BY t.tgname, t.tgrelid
            """;

    private record Relation(
            long oid,
            char kind,
            boolean partition,
            Optional<Long> parent,
            boolean rowSecurity,
            boolean rowSecurityForced,
            boolean rowSecurityApplies,
            char replicaIdentity,
            long filenode,
            boolean hasRules,
            boolean owned,
            char persistence) {

        static Relation fromRow(Row row) {
            return new Relation(
                    row.getLong("oid"),
                    letter(row, "kind"),
                    row.getBoolean("is_partition"),
                    Optional.ofNullable(row.getLong("parent")),
                    row.getBoolean("row_security"),
                    row.getBoolean("row_security_forced"),
                    row.getBoolean("row_security_applies"),
                    letter(row, "replica_identity"),
                    row.getLong("filenode"),
                    row.getBoolean("has_rules"),
                    row.getBoolean("owned"),
                    letter(row, "persistence"));
        }
    }

    private record Leaf(long oid, long pages, double rows) {
        static Leaf fromRow(Row row) {
            return new Leaf(row.getLong("oid"), row.getLong("pages"), row.getDouble("estimated_rows"));
        }
    }

    /** What is read about a relation once its OID is known, gathered query by query. */
    private static final class Parts {
        private List<Leaf> leaves = List.of();
        private List<TableName> inheritanceChildren = List.of();
        private List<Column> columns = List.of();
        private List<Table.Check> checks = List.of();
        private List<Index> indexes = List.of();
        private List<ForeignKey> foreignKeys = List.of();
        private List<Trigger> triggers = List.of();
    }

    /** The relation of this name, whatever its kind; fails with {@link CatalogException} {@code unknown_table} that names what is similar. */
    public Uni<Table> table(SqlConnection connection, TableName name) {
        return connection
                .preparedQuery(RELATION)
                .execute(Tuple.of(name.schema(), name.name()))
                .map(rows -> list(rows, Relation::fromRow).stream().findFirst())
                .chain(found -> found.isPresent() ? read(connection, name, found.get()) : unknown(connection, name));
    }

    private Uni<Table> read(SqlConnection connection, TableName name, Relation relation) {
        Parts parts = new Parts();
        long oid = relation.oid();
        return rows(connection, LEAVES, oid, Leaf::fromRow)
                .invoke(found -> parts.leaves = found)
                .chain(() -> rows(connection, INHERITANCE_CHILDREN, oid, row -> tableName(row, "schema", "name")))
                .invoke(found -> parts.inheritanceChildren = found)
                .chain(() -> rows(connection, COLUMNS, oid, CatalogReader::column))
                .invoke(found -> parts.columns = found)
                .chain(() -> rows(
                        connection, CHECKS, oid, r -> new Table.Check(r.getString("name"), r.getString("condition"))))
                .invoke(found -> parts.checks = found)
                .chain(() -> rows(connection, INDEXES, oid, CatalogReader::index))
                .invoke(found -> parts.indexes = found)
                .chain(() -> rows(connection, FOREIGN_KEYS, oid, CatalogReader::foreignKey))
                .invoke(found -> parts.foreignKeys = found)
                .chain(() -> rows(connection, TRIGGERS, oid, CatalogReader::trigger))
                .invoke(found -> parts.triggers = found)
                .map(done -> toTable(name, relation, parts));
    }

    private static Table toTable(TableName name, Relation relation, Parts parts) {
        return new Table(
                relation.oid(),
                name,
                relation.kind(),
                relation.partition(),
                relation.parent(),
                parts.leaves.stream().map(Leaf::oid).toList(),
                parts.columns,
                parts.indexes.stream().filter(Index::primary).findFirst(),
                parts.indexes,
                parts.foreignKeys,
                parts.triggers,
                relation.rowSecurity(),
                relation.rowSecurityForced(),
                relation.rowSecurityApplies(),
                relation.replicaIdentity(),
                relation.filenode(),
                parts.leaves.stream().mapToDouble(Leaf::rows).sum(),
                parts.leaves.stream().mapToLong(Leaf::pages).sum(),
                relation.hasRules(),
                relation.owned(),
                relation.persistence(),
                parts.checks,
                parts.inheritanceChildren);
    }

    private static Uni<Table> unknown(SqlConnection connection, TableName name) {
        return connection.query(NAMES).execute().onItem().transformToUni(rows -> Uni.createFrom()
                .failure(new CatalogException(
                        "unknown_table",
                        "there is no table " + name,
                        SimilarTables.hint(name, list(rows, row -> tableName(row, "schema", "name"))))));
    }

    /** SHA-256, in hex, over columns, types, constraints, indexes, triggers and policies of these tables; the order of the OIDs does not matter. */
    public Uni<String> fingerprint(SqlConnection connection, List<Long> oids) {
        return connection
                .preparedQuery(CatalogFingerprint.QUERY)
                .execute(Tuple.of(oids.stream().distinct().sorted().toArray(Long[]::new)))
                .map(rows -> rows.iterator().next().getString("fingerprint"));
    }

    private static Column column(Row row) {
        String identity = row.getString("identity");
        String generated = row.getString("generated");
        return new Column(
                row.getInteger("number"),
                row.getString("name"),
                row.getString("type"),
                row.getLong("type_oid"),
                row.getString("base_type"),
                letter(row, "category"),
                row.getBoolean("not_null"),
                generated.startsWith("s"),
                generated.startsWith("v"),
                Optional.ofNullable(row.getString("generation")),
                identity.isBlank() ? Column.NO_IDENTITY : identity.charAt(0));
    }

    private static Index index(Row row) {
        return new Index(
                row.getLong("oid"),
                row.getString("name"),
                row.getBoolean("is_unique"),
                row.getBoolean("is_primary"),
                row.getBoolean("valid"),
                row.getBoolean("is_deferrable"),
                strings(row, "columns"),
                row.getString("method"),
                strings(row, "classes"),
                strings(row, "keys"),
                Optional.ofNullable(row.getString("predicate")),
                row.getBoolean("nulls_not_distinct"));
    }

    private static ForeignKey foreignKey(Row row) {
        return new ForeignKey(
                row.getLong("oid"),
                row.getString("name"),
                tableName(row, "child_schema", "child_name"),
                row.getLong("child"),
                strings(row, "child_columns"),
                tableName(row, "parent_schema", "parent_name"),
                row.getLong("parent"),
                strings(row, "parent_columns"),
                letter(row, "on_update"),
                letter(row, "on_delete"),
                row.getBoolean("is_deferrable"),
                row.getBoolean("validated"),
                row.getBoolean("enforced"),
                letter(row, "match_type"));
    }

    private static Trigger trigger(Row row) {
        return new Trigger(
                row.getString("name"),
                row.getString("definition"),
                row.getBoolean("on_update"),
                row.getBoolean("before_row"),
                row.getString("function"),
                row.getBoolean("enabled"));
    }

    private static <T> Uni<List<T>> rows(SqlConnection connection, String sql, long oid, Function<Row, T> mapper) {
        return connection.preparedQuery(sql).execute(Tuple.of(oid)).map(rows -> list(rows, mapper));
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> mapper) {
        return StreamSupport.stream(rows.spliterator(), false).map(mapper).toList();
    }

    private static TableName tableName(Row row, String schema, String name) {
        return new TableName(row.getString(schema), row.getString(name));
    }

    private static char letter(Row row, String column) {
        return row.getString(column).charAt(0);
    }

    private static List<String> strings(Row row, String column) {
        return Arrays.asList(row.getArrayOfStrings(column));
    }
}
