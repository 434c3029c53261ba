package dev.godwit.cli.uninstall;

/** What is there of Godwit in a database. Names of schemas, functions and origins are its own; publications are known by what they hold. */
final class UninstallSql {
    static final String IS_THERE = "SELECT to_regnamespace('godwit') IS NOT NULL";

    /** {@code id}, {@code state}, and whether it is over. */
    static final String RUNS = """
            SELECT id, migration, state, mode = 'commit' AS commit, state IN ('planned', 'completed', 'cancelled', 'rolled-back') OR (mode = 'plan' AND state = 'failed') AS over,
                   mode = 'commit' AND state IN ('completed', 'cancelled') AS undoable
              FROM godwit.run
             ORDER BY serial
            """;

    static final String AT_WORK = """
            SELECT DISTINCT application_name
              FROM pg_stat_activity
             WHERE datname = current_database()
               AND pid <> pg_backend_pid()
               AND application_name IN ('godwit', 'godwit-service', 'godwit-pace')
            """;

    /** Views of somebody else that read Godwit's tables, and would go with them. */
    static final String READERS = """
            SELECT DISTINCT view.oid::regclass::text AS name
              FROM pg_depend AS d
              JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
              JOIN pg_class AS view ON view.oid = r.ev_class
              JOIN pg_class AS ours ON d.refclassid = 'pg_class'::regclass AND ours.oid = d.refobjid
             WHERE ours.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('godwit', 'godwit_source'))
               AND view.relnamespace <> ours.relnamespace
            """;

    static final String JOURNALS =
            "SELECT 'journal of run ' || id, format('SELECT nullif(godwit.drop_journal(%s)::text, '''')', serial) FROM godwit.run ORDER BY serial";

    static final String OBJECTS = """
            SELECT format('trigger %I on %s', t.tgname, t.tgrelid::regclass), format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
              FROM pg_trigger AS t
              JOIN pg_proc AS p ON p.oid = t.tgfoid
              JOIN pg_class AS c ON c.oid = t.tgrelid
             WHERE p.pronamespace = to_regnamespace('godwit')
               AND c.relnamespace <> p.pronamespace
               AND NOT t.tgisinternal
               AND t.tgparentid = 0
             UNION ALL
            SELECT format('constraint %I of %s, which was being prepared', f.conname, f.conrelid::regclass), format('ALTER TABLE %s DROP CONSTRAINT %I', f.conrelid::regclass, f.conname)
              FROM pg_constraint AS f
             WHERE f.contype = 'c'
               AND f.conname ~ '^godwit_check_[0-9]+$'
               AND f.conparentid = 0
               AND f.coninhcount = 0
             UNION ALL
            SELECT format('schema %I, functions of a definition', n.nspname), format('SELECT godwit.uninstall(%L)', n.nspname)
              FROM pg_namespace AS n
             WHERE obj_description(n.oid, 'pg_namespace') LIKE 'functions of a godwit definition, %'
             UNION ALL
            SELECT DISTINCT format('publication %I', b.pubname), format('DROP PUBLICATION %I', b.pubname)
              FROM pg_publication AS b
              JOIN pg_publication_rel AS r ON r.prpubid = b.oid
              JOIN pg_class AS c ON c.oid = r.prrelid
             WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('godwit', 'godwit_source'))
             UNION ALL
            SELECT format('schema %I, %s tables', n.nspname, (SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p'))),
                   format('DROP SCHEMA %I CASCADE', n.nspname)
              FROM pg_namespace AS n
             WHERE n.nspname IN ('godwit', 'godwit_source')
            """;

    /**
     * Privileges in this database; {@code $1} are the roles. What they own is theirs and stays, and what is in Godwit's own schemas goes with those. Columns lose their grants with their table.
     * Logical messages are everybody's again, as PostgreSQL has them, where our scripts had taken that right away.
     */
    static final String PRIVILEGES = """
            SELECT DISTINCT format('privileges of %s on %s', r.rolname, c.oid::regclass),
                   format('REVOKE ALL ON %s %s FROM %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, r.rolname)
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             CROSS JOIN LATERAL (SELECT grantee
                                   FROM aclexplode(c.relacl)
                                  UNION
                                 SELECT e.grantee
                                   FROM pg_attribute AS t
                                  CROSS JOIN LATERAL aclexplode(t.attacl) AS e
                                  WHERE t.attrelid = c.oid
                                    AND t.attacl IS NOT NULL) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
               AND c.relowner <> r.oid
               AND n.nspname NOT IN ('godwit', 'godwit_source')
             UNION ALL
            SELECT DISTINCT format('privileges of %s on schema %I', r.rolname, n.nspname), format('REVOKE ALL ON SCHEMA %I FROM %I', n.nspname, r.rolname)
              FROM pg_namespace AS n
             CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
               AND n.nspowner <> r.oid
               AND n.nspname NOT IN ('godwit', 'godwit_source')
             UNION ALL
            SELECT format('EXECUTE on %s of %s', f.oid::regprocedure, r.rolname), format('REVOKE ALL ON FUNCTION %s FROM %I', f.oid::regprocedure, r.rolname)
              FROM pg_proc AS f
             CROSS JOIN LATERAL aclexplode(f.proacl) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
               AND f.pronamespace = 'pg_catalog'::regnamespace
             UNION ALL
            SELECT DISTINCT format('EXECUTE on %s taken from PUBLIC', f.oid::regprocedure), format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f.oid::regprocedure)
              FROM pg_proc AS f
             CROSS JOIN LATERAL aclexplode(f.proacl) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
               AND f.proname = 'pg_logical_emit_message'
               AND NOT EXISTS (SELECT FROM aclexplode(f.proacl) AS everybody WHERE everybody.grantee = 0)
             UNION ALL
            SELECT DISTINCT format('privileges of %s on this database', r.rolname), format('REVOKE ALL ON DATABASE %I FROM %I', d.datname, r.rolname)
              FROM pg_database AS d
             CROSS JOIN LATERAL aclexplode(d.datacl) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
               AND d.datname = current_database()
            """;

    /** A slot is the server's, and no transaction takes its end back; {@code $1} are names besides those of the publications. */
    static final String SLOTS = """
            SELECT format('replication slot %s', s.slot_name) || CASE WHEN s.active THEN ', which is being read: stop its connector' ELSE '' END,
                   format('SELECT nullif(pg_drop_replication_slot(%L)::text, '''')', s.slot_name)
              FROM pg_replication_slots AS s
             WHERE s.database = current_database()
               AND (s.slot_name = ANY (?)
                    OR s.slot_name::text IN (SELECT b.pubname
                                               FROM pg_publication AS b
                                               JOIN pg_publication_rel AS r ON r.prpubid = b.oid
                                               JOIN pg_class AS c ON c.oid = r.prrelid
                                              WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('godwit', 'godwit_source'))))
            """;

    static final String SERVER = """
            SELECT 'replication origin ' || roname, format('SELECT nullif(pg_replication_origin_drop(%L)::text, '''')', roname)
              FROM pg_replication_origin
             WHERE roname ~ '^godwit_[0-9]+$'
             UNION ALL
            SELECT format('SET on %s of %s', p.parname, r.rolname), format('REVOKE ALL ON PARAMETER %I FROM %I', p.parname, r.rolname)
              FROM pg_parameter_acl AS p
             CROSS JOIN LATERAL aclexplode(p.paracl) AS a
              JOIN pg_roles AS r ON r.oid = a.grantee
             WHERE r.rolname = ANY (?)
             UNION ALL
            SELECT 'role ' || rolname, format('DROP ROLE %I', rolname)
              FROM pg_roles
             WHERE rolname = ANY (?)
            """;

    private UninstallSql() {}
}
