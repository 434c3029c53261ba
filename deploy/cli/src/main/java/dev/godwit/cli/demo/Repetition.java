package dev.godwit.cli.demo;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check.Findings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The migrations of a case once more, where everything is done: they must write nothing, not even the same again. */
final class Repetition {

    private final Flight flight;
    private final DemoCase example;

    Repetition(Flight flight, DemoCase example) {
        this.flight = flight;
        this.example = example;
    }

    /** The application is at rest. The runs are taken back, so that those before them can be. */
    Check writesNothing(Connection connection) throws SQLException {
        Findings findings = new Findings();
        Map<String, String> before = versions(connection);
        List<Run> again = new ArrayList<>();
        long unchanged = 0;
        for (String migration : example.migrations()) {
            Run run = flight.hop(migration);
            unchanged += run.count("unchanged");
            if (run.count("migrated") > 0) {
                findings.add("%s migrated %d once more", migration, run.count("migrated"));
            }
            again.add(0, run);
        }
        versions(connection).forEach((table, now) -> {
            if (!now.equals(before.get(table))) {
                findings.add("rows of %s were written", table);
            }
        });
        again.forEach(run -> {
            Run back = flight.rollBack(run);
            if (back.count("reverted") > 0) {
                findings.add("%s took back %d", run.migration(), back.count("reverted"));
            }
        });
        return findings.check("run once more, they write nothing", "%,d unchanged", unchanged);
    }

    /** Changes with every write of a row, even of the same values. */
    private Map<String, String> versions(Connection connection) throws SQLException {
        Map<String, String> versions = new LinkedHashMap<>();
        for (String table : example.tables()) {
            versions.put(
                    table,
                    new Sql(connection)
                            .texts(
                                    "SELECT coalesce(md5(string_agg(ctid::text || xmin::text, '' ORDER BY ctid)), '') FROM public."
                                            + table)
                            .get(0));
        }
        return versions;
    }
}
