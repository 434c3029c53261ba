package dev.godwit.cli.stage;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The schemas that a dump goes into: whether they may be made, their making, and the proof that nothing else was written to. */
final class TargetSchemas {
    private static final String ALL = """
            SELECT nspname
              FROM pg_namespace
             WHERE nspname !~ '^pg_'
               AND nspname <> 'information_schema'
            """;
    /** Tables whose changes a run follows just now: Debezium reads them by the publication. */
    private static final String PUBLISHED = """
            SELECT format('%I.%I (publication %I)', n.nspname, c.relname, p.pubname)
              FROM pg_publication_rel AS r
              JOIN pg_publication AS p ON p.oid = r.prpubid
              JOIN pg_class AS c ON c.oid = r.prrelid
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY (?)
             ORDER BY 1
            """;
    /** What stands elsewhere and would fall with the schemas: views, foreign keys, defaults, columns of their types. */
    private static final String DEPENDENT_ELSEWHERE = """
            WITH fallen AS (SELECT oid FROM pg_namespace WHERE nspname = ANY (?)),
                 inside AS (SELECT 'pg_class'::regclass AS classid, oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM fallen)
                             UNION ALL
                            SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace IN (SELECT oid FROM fallen)
                             UNION ALL
                            SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace IN (SELECT oid FROM fallen)
                             UNION ALL
                            SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE collnamespace IN (SELECT oid FROM fallen)),
                 dependent AS (SELECT DISTINCT d.classid, d.objid, d.objsubid
                                 FROM pg_depend AS d
                                 JOIN inside AS i ON i.classid = d.refclassid AND i.oid = d.refobjid),
                 placed AS (SELECT d.*,
                                   coalesce(c.relnamespace, v.relnamespace, k.connamespace, t.relnamespace, p.pronamespace,
                                            y.typnamespace) AS namespace
                              FROM dependent AS d
                              LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
                              LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
                              LEFT JOIN pg_class AS v ON v.oid = w.ev_class
                              LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
                              LEFT JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
                              LEFT JOIN pg_class AS t ON t.oid = a.adrelid
                              LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
                              LEFT JOIN pg_type AS y ON d.classid = 'pg_type'::regclass AND y.oid = d.objid)
            SELECT pg_describe_object(classid, objid, objsubid)
              FROM placed
             WHERE namespace NOT IN (SELECT oid FROM fallen)
               AND namespace <> 'pg_toast'::regnamespace
             ORDER BY 1
            """;
    /** Rows that this very transaction has written outside; the server counts them itself. */
    private static final String WRITTEN_ELSEWHERE = """
            SELECT format('%I.%I', schemaname, relname)
              FROM pg_stat_xact_user_tables
             WHERE NOT schemaname = ANY (?)
               AND n_tup_ins + n_tup_upd + n_tup_del > 0
             ORDER BY 1
            """;

    private static final String TABLES = """
            SELECT format('%I.%I', n.nspname, c.relname)
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY (?)
               AND c.relkind IN ('r', 'p')
             ORDER BY 1
            """;

    private final Connection connection;
    private final String[] schemas;

    TargetSchemas(Connection connection, Collection<String> schemas) {
        this.connection = connection;
        this.schemas = schemas.stream().distinct().toArray(String[]::new);
    }

    /** Every schema of the database but the system's own. */
    static List<String> all(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(ALL)) {
            return texts(found);
        }
    }

    /**
     * Makes sure that the schemas may be made.
     *
     * @return those that are there already and would be replaced
     * @throws Failure (refused) when one is there and must not be replaced
     */
    List<String> check(boolean replace) throws SQLException {
        List<String> existing = new ArrayList<>(all(connection));
        existing.retainAll(List.of(schemas));
        if (existing.isEmpty()) {
            return existing;
        }
        if (!replace) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "schema_exists",
                    "schema " + String.join(", ", existing)
                            + " exists; choose another, or drop what it holds with --replace");
        }
        refuseIfAny(PUBLISHED, "schema_followed", "a run follows tables of the schema; end it first: ");
        refuseIfAny(DEPENDENT_ELSEWHERE, "schema_used", "things outside of the schema depend on what it holds: ");
        return existing;
    }

    /** Drops those that are to be replaced, and makes all of them. */
    void make(List<String> replaced) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String schema : replaced) {
                statement.execute("DROP SCHEMA " + SchemaNames.quoted(schema) + " CASCADE");
            }
            for (String schema : schemas) {
                statement.execute("CREATE SCHEMA " + SchemaNames.quoted(schema));
            }
        }
    }

    /**
     * The last look before the commit: functions that came with the dump may have run, as defaults or in generated columns, and nobody has read them.
     *
     * @throws Failure (refused) when a row outside of the schemas was written
     */
    void proveNothingElseWritten() throws SQLException {
        refuseIfAny(
                WRITTEN_ELSEWHERE,
                "reaches_out",
                "the dump writes to tables outside of its schema; nothing was written: ");
    }

    /** Lets the planner know the tables: an import would be planned by guesses otherwise. */
    void analyze() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : query(TABLES)) {
                statement.execute("ANALYZE " + table);
            }
        }
    }

    private void refuseIfAny(String query, String code, String message) throws SQLException {
        List<String> found = query(query);
        if (!found.isEmpty()) {
            throw Failure.of(
                    ExitCode.REFUSED, code, message + String.join(", ", found.subList(0, Math.min(5, found.size()))));
        }
    }

    private List<String> query(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", schemas));
            try (ResultSet found = statement.executeQuery()) {
                return texts(found);
            }
        }
    }

    private static List<String> texts(ResultSet found) throws SQLException {
        List<String> texts = new ArrayList<>();
        while (found.next()) {
            texts.add(found.getString(1));
        }
        return texts;
    }
}
