package dev.godwit.migration.catalog;

/** The statements behind {@link CatalogShape}; {@code $1} are OIDs of tables, {@code $2} names of check constraints to leave out. */
final class CatalogShapeSql {

    /**
     * Stored expressions are taken as the node trees of the catalog. Foreign keys from elsewhere are found by their triggers, which have an index by table. Unique indexes are known
     * by their names: one that is made anew beside itself ({@code REINDEX CONCURRENTLY}) has another OID afterwards, and meanwhile a twin that is not valid and forbids nothing more.
     */
    private static final String WITH_PARTS = """
            WITH relation AS (
                SELECT c.oid, n.nspname || '.' || c.relname AS label, c.relkind, c.relpersistence, c.relreplident, c.relrowsecurity, c.relforcerowsecurity
                  FROM pg_catalog.pg_class AS c
                  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE c.oid = ANY ($1::bigint[]::oid[])),
            item(relation, kind, id, name, value, shown) AS (
                SELECT oid, 'table', '', label, pg_catalog.jsonb_build_array(label, relkind::text, relpersistence::text, relreplident::text, relrowsecurity, relforcerowsecurity)::text, ''
                  FROM relation
                 UNION ALL
                SELECT a.attrelid, 'column', a.attnum::text, a.attname::text,
                       pg_catalog.jsonb_build_array(a.attname, a.atttypid::bigint, a.atttypmod, a.attnotnull, a.attgenerated::text, a.attidentity::text,
                                                    a.attcollation::bigint, d.adbin::text)::text,
                       pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
                  FROM relation AS r
                  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
                  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 UNION ALL
                SELECT f.conrelid, 'constraint', f.oid::text, f.conname::text,
                       pg_catalog.jsonb_build_array(f.conname, f.contype::text, f.conkey, f.confrelid::bigint, f.confkey, f.confupdtype::text, f.confdeltype::text,
                                                    f.condeferrable, f.condeferred, f.conbin::text)::text, ''
                  FROM relation AS r
                  JOIN pg_catalog.pg_constraint AS f ON f.conrelid = r.oid
                 WHERE f.contype IN ('c', 'f', 'p', 'u', 'x')
                   AND f.conparentid = 0
                   AND (f.contype <> 'c' OR NOT (f.conname = ANY ($2::text[]) OR f.conname LIKE 'godwit\\_check\\_%'))
                 UNION ALL
                SELECT DISTINCT f.confrelid, 'foreign key', f.oid::text, f.conname::text,
                       pg_catalog.jsonb_build_array(f.conname, f.conrelid::bigint, f.conkey, f.confkey, f.confupdtype::text, f.confdeltype::text)::text,
                       'from ' || f.conrelid::pg_catalog.regclass::text
                  FROM relation AS r
                  JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid AND g.tgisinternal AND g.tgconstraint <> 0
                  JOIN pg_catalog.pg_constraint AS f ON f.oid = g.tgconstraint AND f.contype = 'f' AND f.confrelid = r.oid AND f.conparentid = 0
                 WHERE f.conrelid <> ALL ($1::bigint[]::oid[])
                 UNION ALL
                SELECT t.tgrelid, 'trigger', t.oid::text, t.tgname::text,
                       pg_catalog.jsonb_build_array(t.tgname, t.tgtype, t.tgenabled::text, t.tgattr::text, t.tgqual::text, t.tgfoid::bigint, pg_catalog.md5(p.prosrc))::text, ''
                  FROM relation AS r
                  JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal AND t.tgparentid = 0
                  JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
                  JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname <> 'godwit'
                 UNION ALL
                SELECT i.indrelid, 'unique index', x.relname::text, x.relname::text,
                       pg_catalog.jsonb_build_array(x.relname, i.indkey::text, i.indclass::text, i.indexprs::text, i.indpred::text)::text, ''
                  FROM relation AS r
                  JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid AND i.indisunique AND i.indisready
                  JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS f WHERE f.conrelid = i.indrelid AND f.conindid = i.indexrelid)
                   AND (i.indisvalid
                        OR NOT EXISTS (SELECT FROM pg_catalog.pg_index AS o
                                        WHERE o.indrelid = i.indrelid AND o.indisunique AND o.indisvalid
                                          AND (o.indkey::text, o.indclass::text, o.indcollation::text, o.indnullsnotdistinct) = (i.indkey::text, i.indclass::text, i.indcollation::text, i.indnullsnotdistinct)
                                          AND o.indexprs::text IS NOT DISTINCT FROM i.indexprs::text
                                          AND o.indpred::text IS NOT DISTINCT FROM i.indpred::text))
                 UNION ALL
                SELECT p.polrelid, 'policy', p.oid::text, p.polname::text,
                       pg_catalog.jsonb_build_array(p.polname, p.polcmd::text, p.polpermissive, p.polroles::text, p.polqual::text, p.polwithcheck::text)::text, ''
                  FROM relation AS r
                  JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid),
            part AS (
                SELECT i.relation::text || '/' || i.kind || '/' || i.id AS key, i.kind, r.label, i.name, i.value, i.shown
                  FROM item AS i
                  JOIN relation AS r ON r.oid = i.relation)
            """;

    /** One row per part. */
    static final String PARTS = WITH_PARTS + """
            SELECT key, kind, label, name, value, shown
              FROM part
             ORDER BY label, kind <> 'table', key
            """;

    /** One row, whatever is there. */
    static final String DIGEST = WITH_PARTS + """
            SELECT pg_catalog.md5(COALESCE(pg_catalog.string_agg(key || value, chr(10) ORDER BY key), '')) AS digest
              FROM part
            """;

    /**
     * How many rows of the catalog describe the tables, and the sum of the transactions that wrote them, for each part of the catalog: whoever changes a row writes it anew, so that
     * of two moments with as many rows of a part the later sum is higher. What rows refer to (schemas, functions of triggers, names of indexes, foreign keys from elsewhere) is counted
     * beside them, since it is changed without them. A tenth of what the digest costs; it also changes where no part has.
     */
    static final String VERSION = """
            SELECT concat_ws(' ',
                   (SELECT concat_ws(':', count(*), sum(c.xmin::text::bigint), sum(n.xmin::text::bigint))
                      FROM pg_catalog.pg_class AS c
                      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                     WHERE c.oid = ANY ($1::bigint[]::oid[])),
                   (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM pg_catalog.pg_attribute WHERE attrelid = ANY ($1::bigint[]::oid[])),
                   (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM pg_catalog.pg_constraint WHERE conrelid = ANY ($1::bigint[]::oid[])),
                   (SELECT concat_ws(':', count(*), sum(t.xmin::text::bigint), sum(p.xmin::text::bigint), sum(f.xmin::text::bigint))
                      FROM pg_catalog.pg_trigger AS t
                      JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
                      LEFT JOIN pg_catalog.pg_constraint AS f ON f.oid = t.tgconstraint
                     WHERE t.tgrelid = ANY ($1::bigint[]::oid[])),
                   (SELECT concat_ws(':', count(*), sum(i.xmin::text::bigint), sum(x.xmin::text::bigint))
                      FROM pg_catalog.pg_index AS i
                      JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                     WHERE i.indrelid = ANY ($1::bigint[]::oid[])),
                   (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM pg_catalog.pg_policy WHERE polrelid = ANY ($1::bigint[]::oid[]))) AS version
            """;

    private CatalogShapeSql() {}
}
