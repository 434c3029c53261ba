package dev.godwit.cli.demo.branches;

import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns, constraints and indexes of schema {@code public}, as PostgreSQL writes them: what a branch that was taken back must leave as it was.
 *
 * @param lines in order
 */
record SchemaText(List<String> lines) {

    private static final String LINES = """
            SELECT concat_ws(' ', 'column', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
              FROM pg_attribute AS a
              JOIN pg_class AS c ON c.oid = a.attrelid
              LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE c.relnamespace = 'public'::regnamespace
               AND c.relkind IN ('r', 'p')
               AND a.attnum > 0
               AND NOT a.attisdropped
            UNION ALL
            SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
              FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT concat_ws(' ', 'index', indexdef)
              FROM pg_indexes
             WHERE schemaname = 'public'
             ORDER BY 1
            """;

    static SchemaText read(Connection connection) throws SQLException {
        return new SchemaText(new Sql(connection).texts(LINES));
    }

    /** Tells in what this differs from an earlier reading. */
    void compare(SchemaText before, Findings findings) {
        List<String> gone = new ArrayList<>(before.lines());
        gone.removeAll(lines);
        List<String> made = new ArrayList<>(lines);
        made.removeAll(before.lines());
        gone.forEach(line -> findings.add("gone: %s", line));
        made.forEach(line -> findings.add("left behind: %s", line));
    }
}
