package dev.godwit.cli.flight;

import dev.godwit.cli.demo.Uuid5;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.UUID;

/** A small application with every kind of reference to its documents, in a schema of its own. The same number of documents makes the same rows. */
final class Library {
    static final String SCHEMA = "library";
    static final String MIGRATION = "library-documents";

    private static final UUID NAMESPACE = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    /** Of this many documents one has the right id from the beginning. */
    private static final int RIGHT_EVERY = 10;

    private static final int OWNERS = 7;

    private static final String TABLES = """
            DROP SCHEMA IF EXISTS library CASCADE;
            CREATE SCHEMA library;
            CREATE TABLE library.documents (
                id         uuid PRIMARY KEY,
                owner      integer,
                sha        text NOT NULL,
                title      text NOT NULL,
                updated_at timestamptz NOT NULL,
                UNIQUE (owner, sha)
            );
            CREATE TABLE library.chunks (
                id          uuid PRIMARY KEY,
                document_id uuid NOT NULL REFERENCES library.documents,
                n           integer NOT NULL,
                body        text NOT NULL,
                UNIQUE (document_id, n)
            );
            CREATE TABLE library.notes (
                id       integer PRIMARY KEY,
                chunk_id uuid REFERENCES library.chunks,
                note     text
            );
            CREATE INDEX ON library.notes (chunk_id);
            CREATE TABLE library.shares (
                document_id uuid REFERENCES library.documents ON DELETE CASCADE,
                reader      integer,
                PRIMARY KEY (document_id, reader)
            );
            CREATE TABLE library.shelves (id integer PRIMARY KEY, pinned uuid[] NOT NULL);
            CREATE INDEX ON library.shelves USING gin (pinned);
            CREATE TABLE library.settings (id integer PRIMARY KEY, payload jsonb NOT NULL);
            CREATE TABLE library.activity (id integer PRIMARY KEY, path text NOT NULL);
            CREATE TABLE library.searches (id integer PRIMARY KEY, document_id uuid);
            """;
    private static final String REFERENCES = """
            INSERT INTO library.notes
            SELECT row_number() OVER (ORDER BY c.body), c.id, 'note' FROM library.chunks AS c WHERE c.n = 1;
            INSERT INTO library.shares SELECT d.id, reader FROM library.documents AS d, generate_series(1, 2) AS reader;
            INSERT INTO library.shelves
            SELECT row_number() OVER (ORDER BY length(d.title), left(d.sha, 4)), array_agg(d.id ORDER BY d.sha)
              FROM library.documents AS d
             GROUP BY length(d.title), left(d.sha, 4);
            INSERT INTO library.settings
            SELECT row_number() OVER (ORDER BY d.sha), jsonb_build_object('last', d.id, 'title', d.title) FROM library.documents AS d;
            INSERT INTO library.activity
            SELECT row_number() OVER (ORDER BY d.sha), 'documents/' || d.id || '/pages/1' FROM library.documents AS d;
            INSERT INTO library.searches SELECT row_number() OVER (ORDER BY d.sha), d.id FROM library.documents AS d;
            """;

    private Library() {}

    /** Makes the tables anew. One document in ten has the right id already; the last two lack an owner and so a new id. */
    static void load(LiveStack stack, int documents) throws SQLException {
        try (Connection connection = stack.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(TABLES);
            insertDocuments(connection, documents);
            statement.execute(REFERENCES);
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("ANALYZE library.documents");
        }
    }

    private static void insertDocuments(Connection connection, int documents) throws SQLException {
        try (PreparedStatement document =
                        connection.prepareStatement("INSERT INTO library.documents VALUES (?, ?, ?, ?, ?)");
                PreparedStatement chunk =
                        connection.prepareStatement("INSERT INTO library.chunks VALUES (?, ?, ?, ?)")) {
            for (int i = 1; i <= documents; i++) {
                Integer owner = i > documents - 2 ? null : i % OWNERS;
                boolean right = owner != null && i % RIGHT_EVERY == 0;
                UUID id = right ? newId(owner, sha(i)) : oldId(i);
                document.setObject(1, id);
                document.setObject(2, owner);
                document.setString(3, sha(i));
                document.setString(4, "Title " + i);
                document.setObject(5, OffsetDateTime.parse("2020-01-01T00:00Z").plusMinutes(i));
                document.addBatch();
                for (int n = 1; n <= 2; n++) {
                    chunk.setObject(1, right ? Uuid5.of(id, Integer.toString(n)) : random(id + " " + n));
                    chunk.setObject(2, id);
                    chunk.setInt(3, n);
                    chunk.setString(4, "body of " + sha(i) + n);
                    chunk.addBatch();
                }
            }
            document.executeBatch();
            chunk.executeBatch();
        }
    }

    static String sha(int document) {
        return "sha" + Integer.toHexString(document * 7919) + "-" + document;
    }

    static UUID oldId(int document) {
        return random("document " + document);
    }

    /** Looks random, and is the same in every load. */
    private static UUID random(String seed) {
        return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8));
    }

    static UUID newId(int owner, String sha) {
        return Uuid5.of(NAMESPACE, owner + ":" + sha);
    }

    /** @param onDuplicate the lines about duplicates, with their line breaks */
    static String definition(String onDuplicate) {
        return """
            migration: library-documents
            rekey:
              table: library.documents
              key: id
              to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', owner::text || ':' || lower(sha))
              references:
                - {table: library.searches, column: document_id}
                - {table: library.shelves, column: pinned}
                - {table: library.settings, column: payload, path: $.last}
                - {table: library.activity, column: path, pattern: "documents/{key}/"}
              children:
                - {table: library.chunks, key: id, to: "uuid5(document_id, n::text)"}
            """.concat(onDuplicate);
    }

    static String definition() {
        return definition("");
    }

    /** References that lead to no document, of every kind that the application has. */
    static int dangling(LiveStack stack) throws SQLException {
        return Integer.parseInt(stack.value("""
                SELECT count(*)
                  FROM (SELECT document_id FROM library.searches
                         UNION ALL
                        SELECT unnest(pinned) FROM library.shelves
                         UNION ALL
                        SELECT (payload ->> 'last')::uuid FROM library.settings
                         UNION ALL
                        SELECT split_part(path, '/', 2)::uuid FROM library.activity) AS reference (id)
                 WHERE NOT EXISTS (SELECT 1 FROM library.documents AS d WHERE d.id = reference.id)
                """));
    }
}
