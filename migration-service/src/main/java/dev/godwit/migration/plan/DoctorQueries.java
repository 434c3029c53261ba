package dev.godwit.migration.plan;

/** What the doctor asks; each statement answers exactly one row. */
final class DoctorQueries {

    static final String SCHEMA = """
            SELECT n.oid IS NOT NULL AS present,
                   COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false) AS usable,
                   pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create,
                   current_user::text AS role
              FROM (SELECT) AS one
              LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'godwit'
            """;

    static final String PUBLICATION = """
            SELECT p.oid IS NOT NULL AS present,
                   COALESCE(p.puballtables, false) AS all_tables,
                   COALESCE(p.pubinsert AND p.pubupdate AND p.pubdelete, false) AS complete,
                   COALESCE(p.pubviaroot, false) AS via_root,
                   COALESCE(pg_catalog.pg_has_role(p.pubowner, 'USAGE'), false) AS owned,
                   pg_catalog.pg_get_userbyid(p.pubowner)::text AS owner,
                   (SELECT count(*) FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid) AS tables,
                   current_user::text AS role
              FROM (SELECT) AS one
              LEFT JOIN pg_catalog.pg_publication p ON p.pubname = 'godwit'
            """;

    /** Columns that only newer servers have are read through jsonb. */
    static final String SLOT = """
            SELECT s.slot_name IS NOT NULL AS present,
                   s.plugin::text AS plugin,
                   s.database::text AS database,
                   s.database = pg_catalog.current_database() AS here,
                   COALESCE(s.active, false) AS active,
                   s.wal_status::text AS wal_status,
                   pg_catalog.to_jsonb(s) ->> 'invalidation_reason' AS invalidated,
                   pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                                                   ELSE pg_catalog.pg_current_wal_lsn() END, s.confirmed_flush_lsn)::bigint AS lag
              FROM (SELECT) AS one
              LEFT JOIN pg_catalog.pg_replication_slots s ON s.slot_name = $1
            """;

    static final String SLOTS_LEFT = """
            SELECT pg_catalog.current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_catalog.pg_replication_slots)::int AS slots,
                   pg_catalog.current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_catalog.pg_stat_replication)::int AS senders
            """;

    static final String ORIGIN = """
            SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major,
                   COALESCE((SELECT pg_catalog.array_agg(p.oid::regprocedure::text ORDER BY p.oid)
                               FROM pg_catalog.pg_proc p
                              WHERE p.pronamespace = 'pg_catalog'::regnamespace
                                AND p.proname IN ('pg_replication_origin_session_setup', 'pg_replication_origin_session_reset',
                                                  'pg_replication_origin_session_is_setup')
                                AND NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE')), '{}') AS missing,
                   (SELECT count(*)::int FROM pg_catalog.pg_replication_origin WHERE roname ~ '^godwit_[0-9]+$') AS origins,
                   EXISTS (SELECT FROM pg_catalog.pg_subscription s
                             JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                            WHERE d.datname = pg_catalog.current_database()) AS subscriber,
                   current_user::text AS role
            """;

    static final String MESSAGES = """
            SELECT COALESCE(pg_catalog.bool_or(pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')), false) AS public,
                   COALESCE(pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE')), false) AS mine,
                   pg_catalog.string_agg('REVOKE EXECUTE ON FUNCTION ' || p.oid::regprocedure::text || ' FROM PUBLIC', '; ' ORDER BY p.oid) AS revoke,
                   pg_catalog.string_agg('GRANT EXECUTE ON FUNCTION ' || p.oid::regprocedure::text || ' TO ' || pg_catalog.quote_ident(current_user), '; ' ORDER BY p.oid) AS grant
              FROM pg_catalog.pg_proc p
             WHERE p.proname = 'pg_logical_emit_message'
               AND p.pronamespace = 'pg_catalog'::regnamespace
            """;

    static final String OWNERSHIP = """
            SELECT count(*)::int AS foreign_tables,
                   pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)), ', ') AS owners,
                   current_user::text AS role
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p')
               AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               AND n.nspname NOT LIKE 'pg\\_t%'
               AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
            """;

    static final String TRIGGERS_OFF = """
            SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET') AS may,
                   current_user::text AS role
            """;

    static final String RESTORE_POINTS = """
            SELECT pg_catalog.has_function_privilege('pg_catalog.pg_create_restore_point(text)', 'EXECUTE') AS may,
                   pg_catalog.current_setting('archive_mode') AS archive_mode,
                   current_user::text AS role
            """;

    /** A run waits for transactions older than its change of the publication. */
    static final String OLD_TRANSACTIONS = """
            SELECT count(*)::int AS old,
                   COALESCE(EXTRACT(EPOCH FROM max(pg_catalog.clock_timestamp() - a.xact_start))::bigint, 0) AS seconds,
                   COALESCE(pg_catalog.string_agg(a.pid::text, ', ' ORDER BY a.xact_start), '') AS pids,
                   (SELECT count(*)::int FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database()) AS prepared,
                   pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all
              FROM pg_catalog.pg_stat_activity a
             WHERE a.datname = pg_catalog.current_database()
               AND a.xact_start < pg_catalog.clock_timestamp() - interval '1 minute'
               AND a.pid <> pg_catalog.pg_backend_pid()
               AND a.backend_type = 'client backend'
            """;

    /** Of a database that imports read. */
    static final String SOURCE = """
            SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create,
                   COALESCE((SELECT pg_catalog.pg_has_role(n.nspowner, 'USAGE') FROM pg_catalog.pg_namespace n WHERE n.nspname = 'godwit_source'), false) AS present,
                   pg_catalog.current_database()::text AS database,
                   current_user::text AS role
            """;

    private DoctorQueries() {}
}
