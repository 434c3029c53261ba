package dev.godwit.cli.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What people write by hand: the fastest statement that does it all at once, and the script that goes entity by entity. */
final class HandWritten {

    /** One statement, because a foreign key is checked at its end: parent and children may change in it, but not one after the other. */
    private static final String ALL_AT_ONCE = """
            WITH m AS MATERIALIZED (
                SELECT old, new FROM bench_template.new_id
            ), p AS (
                UPDATE bench.documents AS d SET id = m.new FROM m WHERE d.id = m.old
            ), c AS (
                UPDATE bench.chunks AS c SET document_id = m.new FROM m WHERE c.document_id = m.old
            )
            UPDATE bench.tags AS t SET document_id = m.new FROM m WHERE t.document_id = m.old
            """;

    private static final String ONE_ENTITY = """
            WITH p AS (
                UPDATE bench.documents SET id = ? WHERE id = ?
            ), c AS (
                UPDATE bench.chunks SET document_id = ? WHERE document_id = ?
            )
            UPDATE bench.tags SET document_id = ? WHERE document_id = ?
            """;

    private final Connection connection;

    /** @param connection in auto-commit mode */
    HandWritten(Connection connection) {
        this.connection = connection;
    }

    /** The floor: the whole table in one transaction, new ids computed beforehand, no journal, no audit. Answers its seconds. */
    double allAtOnce() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            long start = System.nanoTime();
            statement.executeUpdate(ALL_AT_ONCE);
            connection.commit();
            return (System.nanoTime() - start) / 1e9;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /**
     * The naive script: reads an entity, computes its id, updates it and its children, commits, takes the next. No journal, no audit.
     *
     * @param sample how many entities it gets through
     * @return entities per second
     */
    double entityByEntity(int sample) throws SQLException {
        List<UUID> keys = keys(sample);
        connection.setAutoCommit(false);
        try (PreparedStatement read = connection.prepareStatement(
                        "SELECT user_id, file_sha256 FROM bench.documents WHERE id = ? FOR UPDATE");
                PreparedStatement write = connection.prepareStatement(ONE_ENTITY)) {
            long start = System.nanoTime();
            for (UUID old : keys) {
                read.setObject(1, old);
                UUID wanted;
                try (ResultSet found = read.executeQuery()) {
                    found.next();
                    wanted = BenchTables.newId(found.getObject("user_id", UUID.class), found.getString("file_sha256"));
                }
                for (int i = 0; i < 6; i += 2) {
                    write.setObject(i + 1, wanted);
                    write.setObject(i + 2, old);
                }
                write.executeUpdate();
                connection.commit();
            }
            return keys.size() * 1e9 / (System.nanoTime() - start);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private List<UUID> keys(int sample) throws SQLException {
        List<UUID> keys = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT id FROM bench.documents LIMIT ?")) {
            statement.setInt(1, sample);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    keys.add(found.getObject(1, UUID.class));
                }
            }
        }
        return keys;
    }
}
