package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows that an earlier script changed, and put the original into.
 *
 * @param rows by id: each row as text, and the step and document that it had before the script
 */
record MarkedRows(Map<String, Row> rows) {

    record Row(String text, String original) {}

    private static final String MARKED = """
            SELECT id::text AS id, o::text AS row,
                   concat(step_data #>> '{_migration_metadata,original_step}', ' ', step_data #> '{_migration_metadata,original}') AS original
              FROM onboarding_states AS o
             WHERE jsonb_exists(step_data, '_migration_metadata')
            """;

    private static final String NOW = """
            SELECT o::text AS row, concat(current_step, ' ', step_data) AS state
              FROM onboarding_states AS o
             WHERE id = ?::uuid
            """;

    static MarkedRows read(Connection connection) throws SQLException {
        Map<String, Row> rows = new TreeMap<>();
        new Sql(connection)
                .each(
                        MARKED,
                        row -> rows.put(row.getString("id"), new Row(row.getString("row"), row.getString("original"))));
        return new MarkedRows(rows);
    }

    Check haveTheirOriginal(Connection connection) throws SQLException {
        Findings findings = new Findings();
        for (Map.Entry<String, Row> marked : rows.entrySet()) {
            if (!now(connection, marked.getKey(), "state")
                    .equals(marked.getValue().original())) {
                findings.add("row %s has not got its original", marked.getKey());
            }
        }
        return notNone(findings)
                .check("rows that an earlier script changed get their original", "%,d rows", rows.size());
    }

    Check areAsTheyWere(Connection connection) throws SQLException {
        Findings findings = new Findings();
        for (Map.Entry<String, Row> marked : rows.entrySet()) {
            if (!now(connection, marked.getKey(), "row")
                    .equals(marked.getValue().text())) {
                findings.add("row %s is not as the script left it", marked.getKey());
            }
        }
        return notNone(findings).check("and that is taken back, too", "to the byte");
    }

    private Findings notNone(Findings findings) {
        if (rows.isEmpty()) {
            findings.add("there are none");
        }
        return findings;
    }

    private static String now(Connection connection, String id, String column) throws SQLException {
        List<String> found = new Sql(connection).query(NOW, row -> row.getString(column), id);
        return found.isEmpty() ? "" : found.get(0);
    }
}
