package dev.godwit.migration.catalog;

/** The statement that sums up tables in one hash. */
final class CatalogFingerprint {

    /**
     * Stored expressions are taken as the node trees of the catalog, because their printed form depends on the search_path. Statistics, sizes and file nodes
     * are left out: they change by themselves.
     */
    static final String QUERY = """
            WITH relation AS (
                SELECT c.*
                  FROM pg_catalog.pg_class c
                 WHERE c.oid IN (SELECT o::oid FROM pg_catalog.unnest($1::bigint[]) o
                                 UNION SELECT t.relid FROM pg_catalog.unnest($1::bigint[]) o, pg_catalog.pg_partition_tree(o::oid) t)),
            part(kind, owner, item) AS (
                SELECT 'relation', c.oid,
                       pg_catalog.jsonb_build_array(c.relnamespace::bigint, c.relname, c.relkind::text, c.relpersistence::text,
                                                    c.relreplident::text, c.relrowsecurity, c.relforcerowsecurity)
                  FROM relation c
                 UNION ALL
                SELECT 'column', a.attrelid,
                       pg_catalog.jsonb_build_array(a.attnum, a.attname, a.atttypid::bigint, a.atttypmod, a.attnotnull,
                                                    a.attgenerated::text, a.attidentity::text, a.attcollation::bigint, d.adbin::text,
                                                    t.typtype::text, t.typbasetype::bigint, t.typtypmod, t.typname)
                  FROM relation c
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 UNION ALL
                SELECT 'constraint', f.oid, pg_catalog.to_jsonb(f) - 'oid' || pg_catalog.jsonb_build_object('conbin', f.conbin::text)
                  FROM pg_catalog.pg_constraint f
                 WHERE f.conrelid IN (SELECT oid FROM relation) OR f.confrelid IN (SELECT oid FROM relation)
                 UNION ALL
                SELECT 'index', i.indexrelid,
                       pg_catalog.jsonb_build_array(i.indrelid::bigint, i.indisunique, i.indisprimary, i.indimmediate, i.indisvalid, i.indkey::text,
                                                    i.indnkeyatts, i.indclass::text, i.indexprs::text, i.indpred::text)
                  FROM relation c
                  JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
                 UNION ALL
                SELECT 'trigger', t.oid,
                       pg_catalog.jsonb_build_array(t.tgrelid::bigint, t.tgname, t.tgtype, t.tgenabled::text, t.tgattr::text, t.tgqual::text,
                                                    t.tgdeferrable, t.tgfoid::bigint, p.prosrc)
                  FROM relation c
                  JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
                  JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid AND p.pronamespace::pg_catalog.regnamespace::text <> 'godwit'
                 UNION ALL
                SELECT 'rule', r.oid, pg_catalog.jsonb_build_array(r.ev_class::bigint, r.rulename, r.ev_type::text, r.is_instead, r.ev_action::text)
                  FROM relation c
                  JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
                 UNION ALL
                SELECT 'policy', p.oid,
                       pg_catalog.jsonb_build_array(p.polrelid::bigint, p.polname, p.polcmd::text, p.polpermissive, p.polroles::text, p.polqual::text,
                                                    p.polwithcheck::text)
                  FROM relation c
                  JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid)
            SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
                       COALESCE(pg_catalog.string_agg(kind || owner::text || item::text, E'\\n' ORDER BY kind, owner, item::text), ''),
                       'UTF8')), 'hex') AS fingerprint
              FROM part
            """;

    private CatalogFingerprint() {}
}
