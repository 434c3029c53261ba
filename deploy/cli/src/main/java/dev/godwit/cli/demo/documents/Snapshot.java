package dev.godwit.cli.demo.documents;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What every table of the example held at one moment: a checksum of each row, and the documents to which the row leads. */
final class Snapshot {

    private static final int FETCH_SIZE = 5000;

    /**
     * One row.
     *
     * @param checksum 128 bits of the whole row, of which these are the first 64
     * @param checksumRest the other 64
     * @param leadsTo what the row's ids lead to, in order
     */
    record Row(long checksum, long checksumRest, List<Target> leadsTo) {

        /** What the row leads to first. */
        Target first() {
            return leadsTo.get(0);
        }
    }

    private final Map<Relation, Map<Object, Row>> rows;

    /** @param rows of every relation, by primary key */
    Snapshot(Map<Relation, Map<Object, Row>> rows) {
        this.rows = rows;
    }

    /** Reads all tables as of one moment. The connection is given back in auto-commit mode. */
    static Snapshot take(Connection connection) throws SQLException {
        Map<Relation, Map<Object, Row>> rows = new EnumMap<>(Relation.class);
        Map<String, Target> documents = new HashMap<>();
        connection.setAutoCommit(false);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            for (Relation relation : Relation.values()) {
                rows.put(relation, read(connection, relation, documents));
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

    private static Map<Object, Row> read(Connection connection, Relation relation, Map<String, Target> documents)
            throws SQLException {
        Map<Object, Row> result = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(relation.query())) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    String hash = found.getString("hash");
                    Target[] leadsTo = Arrays.stream(
                                    (String[]) found.getArray("leads_to").getArray())
                            .map(text -> share(Target.parse(text), documents))
                            .toArray(Target[]::new);
                    result.put(
                            found.getObject("key"),
                            new Row(
                                    Long.parseUnsignedLong(hash, 0, 16, 16),
                                    Long.parseUnsignedLong(hash, 16, 32, 16),
                                    List.of(leadsTo)));
                }
            }
        }
        return result;
    }

    /** A document is named by hundreds of rows: one object for all of them keeps a million rows in a small heap. */
    private static Target share(Target target, Map<String, Target> documents) {
        Target known = documents.computeIfAbsent(target.document(), name -> new Target(name, Target.WHOLE));
        return target.chunk() == Target.WHOLE ? known : new Target(known.document(), target.chunk());
    }

    /** The rows of one table by primary key, a {@link java.util.UUID} or a {@link Long}. */
    Map<Object, Row> rows(Relation relation) {
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
                sum += row.checksum() ^ row.checksumRest();
            }
            checksums.put(relation.table(), String.format("%016x", sum));
        });
        return checksums;
    }
}
