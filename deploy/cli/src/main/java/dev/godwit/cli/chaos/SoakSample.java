package dev.godwit.cli.chaos;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.measure.GarbageCollection;
import dev.godwit.cli.measure.ProcessUse;
import dev.godwit.cli.stack.StackDescription;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A moment of a long run.
 *
 * @param seconds since its first moment
 * @param collected whether all garbage had just been collected
 * @param memory that processes hold of the machine's, in MiB
 * @param slotBytes WAL that Godwit's slot has not confirmed
 * @param tailLagMillis as the run tells it
 * @param migrated entities so far
 * @param tables bytes of each table of schema {@code godwit}, with indexes and partitions
 */
record SoakSample(
        double seconds,
        boolean collected,
        Map<String, Long> memory,
        long slotBytes,
        double tailLagMillis,
        long migrated,
        Map<String, Long> tables) {

    private static final String SLOT = """
            SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint
              FROM pg_replication_slots
             WHERE slot_name = 'godwit'
            """;

    private static final String TABLES = """
            SELECT root.relname, sum(pg_total_relation_size(part.oid))::bigint AS bytes
              FROM pg_class AS part
              JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(part.oid), part.oid)
             WHERE part.relkind = 'r' AND root.relnamespace = 'godwit'::regnamespace
             GROUP BY root.relname
            """;

    /**
     * Takes one now.
     *
     * @param collecting collect the garbage of all processes first, where that can be done
     */
    static SoakSample take(double seconds, boolean collecting, StackDescription stack, Connection connection, Run run)
            throws SQLException {
        boolean collected = collecting && collectGarbage(stack);
        Map<String, Long> memory = new TreeMap<>();
        stack.processes().forEach((name, process) -> memory.put(name, ProcessUse.memory(process.pid())));
        Map<String, Long> tables = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                tables.put(found.getString("relname"), found.getLong("bytes"));
            }
        }
        return new SoakSample(
                seconds,
                collected,
                memory,
                slot(connection),
                run.json().at("/progress/tailLagMillis").asDouble(),
                run.count("migrated"),
                tables);
    }

    private static boolean collectGarbage(StackDescription stack) {
        boolean collected = false;
        for (var process : stack.processes().values()) {
            collected |= GarbageCollection.of(process.pid());
        }
        return collected;
    }

    private static long slot(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SLOT);
                ResultSet found = statement.executeQuery()) {
            return found.next() ? found.getLong(1) : Long.MAX_VALUE;
        }
    }
}
