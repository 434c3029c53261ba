package dev.godwit.cli.demo.documents;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What one thread of the application remembers of the database: ids that it read at its start and keeps using, as caches, sessions and browser tabs do. Each
 * thread has users of its own, so that no two threads write the same content.
 */
final class Memory {

    private static final int DOCUMENTS_MAX = 3000;
    private static final int CHUNKS_MAX_PER_DOCUMENT = 3;

    /** A document as the application knows it. */
    static final class Document {
        final Content content;
        /** As read at first: an old id for as long as the old code runs. */
        final UUID firstId;
        /** As last looked up. */
        UUID id;

        final Map<Integer, UUID> chunks = new HashMap<>();
        boolean uploadedTwice;

        Document(Content content, UUID id) {
            this.content = content;
            this.firstId = id;
            this.id = id;
        }
    }

    /** @param pinsBefore what was pinned in it when the application started */
    record Workspace(long id, int pinsBefore) {}

    private final List<UUID> users = new ArrayList<>();
    private final List<Workspace> workspaces = new ArrayList<>();
    private final List<Document> documents = new ArrayList<>();
    private final SplittableRandom random;
    private int nextChunkNumber = 1000;

    Memory(SplittableRandom random) {
        this.random = random;
    }

    /** Reads the users of this share of all, their workspaces, and some of their documents with a few chunks. */
    void learn(Connection connection, int share, int shares) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT u.id, w.id AS workspace, cardinality(w.pinned_documents) AS pins
                  FROM users AS u
                  LEFT JOIN workspaces AS w ON w.owner_id = u.id
                 ORDER BY u.id
                """);
                ResultSet found = statement.executeQuery()) {
            for (int i = 0; found.next(); i++) {
                if (i % shares == share) {
                    users.add(found.getObject("id", UUID.class));
                    workspaces.add(new Workspace(found.getLong("workspace"), found.getInt("pins")));
                }
            }
        }
        Map<UUID, Document> byId = new HashMap<>();
        Array owners = connection.createArrayOf("uuid", users.toArray());
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT id, user_id, file_sha256
                  FROM documents
                 WHERE user_id = ANY (?)
                 ORDER BY md5(id::text)
                 LIMIT ?
                """)) {
            statement.setArray(1, owners);
            statement.setInt(2, DOCUMENTS_MAX);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    Document document = new Document(
                            Content.of(found.getObject("user_id", UUID.class), found.getString("file_sha256")),
                            found.getObject("id", UUID.class));
                    documents.add(document);
                    byId.put(document.id, document);
                }
            }
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT id, document_id, chunk_no
                  FROM document_chunks
                 WHERE document_id = ANY (?)
                   AND chunk_no < ?
                """)) {
            statement.setArray(1, connection.createArrayOf("uuid", byId.keySet().toArray()));
            statement.setInt(2, CHUNKS_MAX_PER_DOCUMENT);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    byId.get(found.getObject("document_id", UUID.class))
                            .chunks
                            .put(found.getInt("chunk_no"), found.getObject("id", UUID.class));
                }
            }
        }
    }

    void add(Document document) {
        documents.add(document);
    }

    /** A number that no chunk of this thread's documents has, so that duplicates of one content never argue over a number. */
    int nextChunkNumber() {
        return nextChunkNumber++;
    }

    boolean isEmpty() {
        return users.isEmpty() || documents.isEmpty();
    }

    UUID anyUser() {
        return users.get(random.nextInt(users.size()));
    }

    Workspace anyWorkspace() {
        return workspaces.get(random.nextInt(workspaces.size()));
    }

    Document anyDocument() {
        return documents.get(random.nextInt(documents.size()));
    }
}
