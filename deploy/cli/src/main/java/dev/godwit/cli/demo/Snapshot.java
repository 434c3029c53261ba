package dev.godwit.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What every table of the example held at one moment: a checksum of each row, and the documents to which the row leads. */
final class Snapshot {

    static final String DANGLING = "dangling:";

    private static final int FETCH_SIZE = 5000;

    /**
     * One row.
     *
     * @param hash MD5 of the whole row
     * @param leadsTo contents to which the row's ids lead, in order
     */
    record Row(String hash, List<String> leadsTo) {}

    private final Map<Relation, Map<String, Row>> rows;

    /** @param rows of every relation, by primary key */
    Snapshot(Map<Relation, Map<String, Row>> rows) {
        this.rows = rows;
    }

    /** Reads all tables as of one moment. The connection is given back in auto-commit mode. */
    static Snapshot take(Connection connection) throws SQLException {
        Map<Relation, Map<String, Row>> rows = new EnumMap<>(Relation.class);
        Map<String, String> names = new HashMap<>();
        connection.setAutoCommit(false);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            for (Relation relation : Relation.values()) {
                rows.put(relation, read(connection, relation, names));
            }
            connection.commit();
        } finally {
            connection.rollback();
            connection.setReadOnly(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(true);
        }
        return new Snapshot(rows);
    }

    private static Map<String, Row> read(Connection connection, Relation relation, Map<String, String> names)
            throws SQLException {
        Map<String, Row> result = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(relation.query())) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    String[] leadsTo = (String[]) found.getArray("leads_to").getArray();
                    // A content is named by hundreds of rows; one String each keeps a million rows in a small heap.
                    Arrays.setAll(leadsTo, i -> names.computeIfAbsent(leadsTo[i], name -> name));
                    result.put(found.getString("key"), new Row(found.getString("hash"), List.of(leadsTo)));
                }
            }
        }
        return result;
    }

    /** The rows of one table by primary key; documents in the order of their last update. */
    Map<String, Row> rows(Relation relation) {
        return rows.get(relation);
    }

    int rowCount() {
        return rows.values().stream().mapToInt(Map::size).sum();
    }

    /** One checksum per table, independent of the order of its rows. */
    SortedMap<String, String> checksums() {
        SortedMap<String, String> checksums = new TreeMap<>();
        rows.forEach((relation, table) -> {
            long sum = 0;
            for (Row row : table.values()) {
                // A sum, not XOR: XOR would not see a row that is there twice.
                sum += Long.parseUnsignedLong(row.hash(), 0, 16, 16) ^ Long.parseUnsignedLong(row.hash(), 16, 32, 16);
            }
            checksums.put(relation.table(), String.format("%016x", sum));
        });
        return checksums;
    }
}
