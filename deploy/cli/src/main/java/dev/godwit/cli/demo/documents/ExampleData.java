package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.ExampleTables;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The example's tables and rows: the same for the same seed and number of rows, made set by set in the database itself. */
final class ExampleData {

    private final Connection connection;
    private final Path folder;

    /** @param folder holds {@code schema.sql}, {@code staging.sql} and {@code data.sql} */
    ExampleData(Connection connection, Path folder) {
        this.connection = connection;
        this.folder = folder;
    }

    /** Makes the tables and fills them, in the caller's transaction. */
    void load(long seed, int rows) throws SQLException {
        execute(file("schema.sql"));
        execute("SET LOCAL demo.seed = '" + seed + "'; SET LOCAL demo.rows = '" + rows + "'");
        execute(file("staging.sql"));
        makeDeterministicIds();
        execute(file("data.sql"));
    }

    private String file(String name) {
        return ExampleTables.read(folder, name);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Gives the documents that newer upload code made, and their chunks, the ids that it makes. */
    private void makeDeterministicIds() throws SQLException {
        Map<Integer, UUID> documents = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT n, user_id, file_sha256 FROM staged_document WHERE deterministic");
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                Content content = Content.of(found.getObject("user_id", UUID.class), found.getString("file_sha256"));
                documents.put(found.getInt("n"), content.deterministicId());
            }
        }
        List<Integer> chunksOf = new ArrayList<>();
        List<Integer> chunkNumbers = new ArrayList<>();
        List<UUID> chunkIds = new ArrayList<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT n, chunk_no FROM staged_chunk WHERE deterministic");
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                chunksOf.add(found.getInt("n"));
                chunkNumbers.add(found.getInt("chunk_no"));
                chunkIds.add(Content.deterministicChunkId(documents.get(found.getInt("n")), found.getInt("chunk_no")));
            }
        }
        update(
                """
                UPDATE staged_document AS d
                   SET id = made.id
                  FROM unnest(?::integer[], ?::uuid[]) AS made (n, id)
                 WHERE d.n = made.n
                """,
                array("integer", new ArrayList<>(documents.keySet())),
                array("uuid", new ArrayList<>(documents.values())));
        update("""
                UPDATE staged_chunk AS c
                   SET id = made.id
                  FROM unnest(?::integer[], ?::integer[], ?::uuid[]) AS made (n, chunk_no, id)
                 WHERE c.n = made.n
                   AND c.chunk_no = made.chunk_no
                """, array("integer", chunksOf), array("integer", chunkNumbers), array("uuid", chunkIds));
    }

    private Array array(String type, List<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    private void update(String sql, Array... arrays) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arrays.length; i++) {
                statement.setArray(i + 1, arrays[i]);
            }
            statement.executeUpdate();
        }
    }
}
