package dev.godwit.migration.run;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** What else lives with what a run writes: readers of the same WAL, subscribers, standbys, and copies that nobody refreshes. For the report of a plan. */
@ApplicationScoped
class SharedFate {

    /** Godwit's own slot and publication are left out; names of further slots of its own, for imports, begin alike. */
    private static final String SHARED = """
            WITH RECURSIVE mine AS (
                SELECT to_regclass(t.name) AS oid FROM unnest($1::text[]) AS t(name) WHERE to_regclass(t.name) IS NOT NULL),
            reads AS (
                SELECT c.oid, c.relkind FROM mine AS m JOIN pg_class AS c ON c.oid = m.oid
                 UNION
                SELECT v.oid, v.relkind
                  FROM reads AS r
                  JOIN pg_depend AS d ON d.refobjid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass
                  JOIN pg_rewrite AS w ON w.oid = d.objid
                  JOIN pg_class AS v ON v.oid = w.ev_class)
            SELECT 'slot' AS kind, s.slot_name::text AS name,
                   s.slot_type || CASE WHEN s.active THEN ', in use' ELSE ', not in use' END
                   || coalesce(', keeps ' || pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)) || ' of WAL', '') AS detail
              FROM pg_replication_slots AS s
             WHERE s.slot_name <> $2
             UNION ALL
            SELECT 'standby', coalesce(nullif(r.application_name, ''), r.pid::text), coalesce(r.sync_state, 'unknown') || ', replays what the run writes'
              FROM pg_stat_replication AS r
              LEFT JOIN pg_replication_slots AS s ON s.active_pid = r.pid
             WHERE s.slot_type IS DISTINCT FROM 'logical'
             UNION ALL
            SELECT 'subscription', s.subname::text, CASE WHEN s.subenabled THEN 'enabled' ELSE 'disabled' END || ': rows that it brings are migrated as the application''s are'
              FROM pg_subscription AS s
              JOIN pg_database AS d ON d.oid = s.subdbid
             WHERE d.datname = current_database()
             UNION ALL
            SELECT 'publication', p.pubname::text, 'its subscribers get what the run writes to ' || string_agg(p.schemaname || '.' || p.tablename, ', ' ORDER BY p.schemaname, p.tablename)
              FROM pg_publication_tables AS p
              JOIN mine AS m ON m.oid = to_regclass(format('%I.%I', p.schemaname, p.tablename))
             WHERE p.pubname <> 'godwit'
             GROUP BY p.pubname
             UNION ALL
            SELECT 'materialized-view', r.oid::regclass::text, 'shows the rows as they were until somebody refreshes it: REFRESH MATERIALIZED VIEW ' || r.oid::regclass
              FROM reads AS r
             WHERE r.relkind = 'm'
             ORDER BY kind, name
            """;

    private final Runs runs;
    private final GodwitConfig config;

    @Inject
    SharedFate(Runs runs, GodwitConfig config) {
        this.runs = runs;
        this.config = config;
    }

    /** Each with its kind, its name and a sentence. */
    Uni<JsonArray> of(List<String> tables) {
        String[] here = tables.stream()
                .map(TableName::parse)
                .filter(table -> table.source().isEmpty())
                .map(TableName::quoted)
                .toArray(String[]::new);
        return runs.execute(SHARED, here, config.capture().slot()).map(rows -> {
            JsonArray shared = new JsonArray();
            rows.forEach(row -> shared.add(new JsonObject()
                    .put("kind", row.getString("kind"))
                    .put("name", row.getString("name"))
                    .put("detail", row.getString("detail"))));
            return shared;
        });
    }
}
