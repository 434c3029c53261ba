package dev.godwit.cli.demo.branches;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Every row that the database acknowledged to the application, as it was written last. One row is written by one thread. */
final class WrittenRows {

    private final Map<CoreTable, Map<String, String>> sums = new EnumMap<>(CoreTable.class);
    private final LongAdder writes = new LongAdder();

    WrittenRows() {
        for (CoreTable table : CoreTable.values()) {
            sums.put(table, new ConcurrentHashMap<>());
        }
    }

    void written(CoreTable table, UUID id, String sum) {
        sums.get(table).put(id.toString(), sum);
        writes.increment();
    }

    long writes() {
        return writes.sum();
    }

    /** Whether each is there, as it was written last. Of a moment at which the application may go on: what it writes meanwhile is not looked at. */
    Check areThere(String claim, Connection connection) throws SQLException {
        Map<CoreTable, Map<String, String>> wanted = new EnumMap<>(CoreTable.class);
        sums.forEach((table, rows) -> wanted.put(table, new HashMap<>(rows)));
        Sql sql = new Sql(connection);
        Findings findings = new Findings();
        long count = 0;
        for (CoreTable table : CoreTable.values()) {
            Map<String, String> rows = wanted.get(table);
            count += rows.size();
            sql.each(table.read(), row -> {
                String id = row.getString("id");
                String last = rows.remove(id);
                String now = row.getString("sum");
                if (last != null
                        && !last.equals(now)
                        && !now.equals(sums.get(table).get(id))) {
                    findings.add("row %s of %s is not what was written last", id, table.table());
                }
                return id;
            });
            rows.keySet().forEach(id -> findings.add("row %s of %s is gone", id, table.table()));
        }
        return findings.check(claim, "%,d rows", count);
    }
}
