package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Traffic;
import dev.godwit.cli.demo.documents.Memory.Document;
import dev.godwit.cli.demo.documents.Memory.Workspace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What one thread of the application writes, and how it goes on when an id that it remembers is no longer there.
 *
 * <p>It does what any application can be asked to do during a change of keys, and no more: repeat an insert refused by a foreign key, and an update that met no
 * row, after a look-up by natural key. Every method is one acknowledged write, entered in the ledger after its COMMIT.
 */
final class DocumentWrites {

    private static final String FOREIGN_KEY_VIOLATION = "23503";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final int TRIES_MAX = 50;

    /** Pins of the application's own that a workspace has at most: an array that grew for ever would be no application's. */
    static final int PINS_MAX = 10;

    private static final String INSERT_CHUNK = """
            INSERT INTO document_chunks (id, document_id, chunk_no, text, embedding)
            VALUES (?, ?, ?, ?, '{0,0,0,0}')
            """;

    private final Connection connection;
    private final Memory memory;
    private final Ledger ledger;
    private final DocumentCounts counts;
    private final SplittableRandom random;

    DocumentWrites(
            Connection connection, Memory memory, Ledger ledger, DocumentCounts counts, SplittableRandom random) {
        this.connection = connection;
        this.memory = memory;
        this.ledger = ledger;
        this.counts = counts;
        this.random = random;
    }

    /** One write of a kind that the choice, from 0 to 99, falls on; answers the kind. */
    String write(int choice, boolean newer) throws SQLException {
        if (choice < 8) {
            upload(true);
            return "uploads by newer code";
        } else if (choice < 16) {
            upload(newer);
            return newer ? "uploads by newer code" : "uploads by old code";
        } else if (choice < 17 && !newer) {
            uploadAgain();
            return "second uploads of a file";
        } else if (choice < 40) {
            retitle(newer);
            return "title updates";
        } else if (choice < 55) {
            addChunk(newer);
            return "chunks added";
        } else if (choice < 63) {
            annotate(newer);
            return "annotations";
        } else if (choice < 75) {
            logSearch(newer);
            return "search log";
        } else if (choice < 81) {
            pin(newer);
            return "pins in arrays";
        } else if (choice < 87) {
            openLast(newer);
            return "settings in JSON";
        } else if (choice < 93) {
            logActivity(newer);
            return "paths in text";
        } else if (choice < 97) {
            comment(newer);
            return "polymorphic comments";
        }
        preview(newer);
        return "previews";
    }

    /** Uploads a new file: newer code computes the ids, old code draws them. */
    private void upload(boolean newCode) throws SQLException {
        Content content = Content.of(
                memory.anyUser(),
                hex(random.nextLong()) + hex(random.nextLong()) + hex(random.nextLong()) + hex(random.nextLong()));
        insertDocument(content, content.fileSha256(), newCode ? content.deterministicId() : randomId(), newCode);
    }

    /** Uploads a file again under the upper-case spelling of its hash, as old code did: a duplicate is born while the migration runs. */
    private void uploadAgain() throws SQLException {
        Document known = memory.anyDocument();
        if (known.uploadedTwice || known.content.fileSha256().chars().noneMatch(Character::isLetter)) {
            upload(false);
            return;
        }
        known.uploadedTwice = true;
        String spelling = known.content.fileSha256().toUpperCase(Locale.ROOT);
        try {
            insertDocument(known.content, spelling, randomId(), false);
        } catch (SQLException e) {
            connection.rollback();
            connection.setAutoCommit(true);
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            // The example has this content twice already.
        }
    }

    private void insertDocument(Content content, String spelling, UUID id, boolean newCode) throws SQLException {
        Document document = new Document(content, id);
        String title = "Live upload " + hex(random.nextLong());
        Map<Integer, String> texts = new HashMap<>();
        connection.setAutoCommit(false);
        execute("""
                INSERT INTO documents (id, user_id, file_sha256, title, pipeline_status, created_at, updated_at)
                VALUES (?, ?, ?, ?, 'done', clock_timestamp(), clock_timestamp())
                """, id, content.userId(), spelling, title);
        for (int part = 0; part < 2; part++) {
            int number = memory.nextChunkNumber();
            UUID chunkId = newCode ? Content.deterministicChunkId(id, number) : randomId();
            texts.put(number, "Live part " + chunkId);
            execute(INSERT_CHUNK, chunkId, id, number, texts.get(number));
            document.chunks.put(number, chunkId);
        }
        inDoubt(connection::commit, () -> ledger.titleInDoubt(content, title));
        connection.setAutoCommit(true);
        ledger.uploaded(content, title, texts);
        memory.add(document);
    }

    /** Updates by the id in memory; when that meets no row, by natural key. */
    private void retitle(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        String title = "Retitled " + hex(random.nextLong());
        inDoubt(() -> updateTitle(document, title, newCode), () -> ledger.titleInDoubt(document.content, title));
        ledger.retitled(document.content, title);
    }

    private void updateTitle(Document document, String title, boolean newCode) throws SQLException {
        int rows = execute(
                "UPDATE documents SET title = ?, updated_at = clock_timestamp() WHERE id = ?",
                title,
                parentId(document, newCode));
        for (int tries = 0; rows == 0; tries++) {
            counts.missedUpdates.increment();
            giveUpAfter(tries, "no document for an update of " + document.content);
            rows = execute("""
                    UPDATE documents
                       SET title = ?, updated_at = clock_timestamp()
                     WHERE user_id = ?
                       AND lower(file_sha256) = ?
                    """, title, document.content.userId(), document.content.fileSha256());
        }
    }

    private void addChunk(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        int number = memory.nextChunkNumber();
        String text = "Live part " + hex(random.nextLong());
        UUID parent = parentId(document, newCode);
        for (int tries = 0; ; tries++) {
            try {
                execute(
                        INSERT_CHUNK,
                        newCode ? Content.deterministicChunkId(parent, number) : randomId(),
                        parent,
                        number,
                        text);
                break;
            } catch (SQLException e) {
                refusedOrThrow(e, tries, document.content);
                document.id = lookUp(document.content).orElse(document.id);
                parent = document.id;
            }
        }
        ledger.chunkAdded(document.content, number, text);
    }

    private void annotate(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        if (document.chunks.isEmpty()) {
            addChunk(newCode);
            return;
        }
        Integer number = document.chunks.keySet().iterator().next();
        for (int tries = 0; ; tries++) {
            try {
                long id = insert("""
                        INSERT INTO annotations (chunk_id, author_id, note, created_at)
                        VALUES (?, ?, 'Live note', clock_timestamp())
                        RETURNING id
                        """, document.chunks.get(number), document.content.userId());
                ledger.rowInserted(Relation.ANNOTATIONS, id, Target.of(document.content, number));
                return;
            } catch (SQLException e) {
                refusedOrThrow(e, tries, document.content);
                Optional<UUID> chunk = lookUpChunk(document.content, number);
                if (chunk.isPresent()) {
                    document.chunks.put(number, chunk.get());
                }
            }
        }
    }

    private void logSearch(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        refer(
                Relation.SEARCH_LOG,
                document,
                "INSERT INTO search_log (query, document_id, searched_at) VALUES ('live', ?, clock_timestamp()) RETURNING id",
                rememberedId(document, newCode));
    }

    private void logActivity(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        refer(
                Relation.ACTIVITY,
                document,
                "INSERT INTO activity (resource_path, happened_at) VALUES (?, clock_timestamp()) RETURNING id",
                "/documents/" + rememberedId(document, newCode) + "/view");
    }

    private void comment(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        refer(
                Relation.COMMENTS,
                document,
                "INSERT INTO comments (target_type, target_id, body) VALUES ('document', ?, 'Live comment') RETURNING id",
                rememberedId(document, newCode));
    }

    private void preview(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        refer(
                Relation.PREVIEWS,
                document,
                "INSERT INTO document_previews (document_id, page, image_path) VALUES (?, 2, 'previews/live.png') RETURNING id",
                rememberedId(document, newCode));
    }

    private void refer(Relation relation, Document document, String sql, Object id) throws SQLException {
        ledger.rowInserted(relation, insert(sql, id), Target.of(document.content));
    }

    /** Pins behind what was pinned before the application started, which it leaves alone, and drops the oldest of its own. */
    private void pin(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        Workspace workspace = memory.anyWorkspace();
        execute(
                """
                UPDATE workspaces
                   SET pinned_documents = pinned_documents[:?]
                                       || pinned_documents[greatest(?, cardinality(pinned_documents) - ?):]
                                       || ?
                 WHERE id = ?
                """,
                workspace.pinsBefore(),
                workspace.pinsBefore() + 1,
                PINS_MAX - 2,
                rememberedId(document, newCode),
                workspace.id());
        ledger.pinned(workspace.id(), document.content);
    }

    private void openLast(boolean newCode) throws SQLException {
        Document document = memory.anyDocument();
        UUID user = document.content.userId();
        UUID id = rememberedId(document, newCode);
        inDoubt(
                () -> execute(
                        "UPDATE settings SET payload = jsonb_set(payload, '{last_document}', to_jsonb(?::text)) WHERE user_id = ?",
                        id.toString(),
                        user),
                () -> ledger.lastDocumentInDoubt(user, document.content));
        ledger.openedLast(user, document.content);
    }

    private interface Write {
        void send() throws SQLException;
    }

    /** Sends a write that overwrites another; when no answer comes, it may have been committed all the same. */
    private static void inDoubt(Write write, Runnable entered) throws SQLException {
        try {
            write.send();
        } catch (SQLException e) {
            if (Traffic.isOutage(e)) {
                entered.run();
            }
            throw e;
        }
    }

    private UUID parentId(Document document, boolean newCode) {
        return newCode ? document.content.deterministicId() : document.id;
    }

    /** Old code writes what it once read; the ids that newer code makes are final. */
    private UUID rememberedId(Document document, boolean newCode) {
        if (newCode) {
            return document.content.deterministicId();
        }
        counts.rememberedIds.increment();
        return document.firstId;
    }

    private Optional<UUID> lookUp(Content content) throws SQLException {
        return select(
                "SELECT id FROM documents WHERE user_id = ? AND lower(file_sha256) = ? ORDER BY updated_at DESC LIMIT 1",
                content.userId(),
                content.fileSha256());
    }

    private Optional<UUID> lookUpChunk(Content content, int number) throws SQLException {
        return select("""
                SELECT c.id
                  FROM document_chunks AS c
                  JOIN documents AS d ON d.id = c.document_id
                 WHERE d.user_id = ?
                   AND lower(d.file_sha256) = ?
                   AND c.chunk_no = ?
                 LIMIT 1
                """, content.userId(), content.fileSha256(), number);
    }

    private void refusedOrThrow(SQLException e, int tries, Content content) throws SQLException {
        if (!FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
            throw e;
        }
        counts.refusedChildren.increment();
        giveUpAfter(tries, "the parent of a child of " + content + " is not to be found");
    }

    private static void giveUpAfter(int tries, String what) {
        if (tries >= TRIES_MAX) {
            throw new IllegalStateException(what + " after " + tries + " tries");
        }
    }

    private int execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeUpdate();
        }
    }

    private long insert(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet id = statement.executeQuery()) {
            id.next();
            return id.getLong(1);
        }
    }

    private Optional<UUID> select(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet found = statement.executeQuery()) {
            return found.next() ? Optional.of(found.getObject(1, UUID.class)) : Optional.empty();
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private UUID randomId() {
        long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static String hex(long value) {
        return String.format("%016x", value);
    }
}
