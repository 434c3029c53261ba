package dev.godwit.cli.flight;

import dev.godwit.cli.client.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One small migration of each kind, on tables of its own, and what there is to compare when it has ended. */
final class Operations {
    private static final long BLOB_BYTES = 64 << 20;

    private static final Map<String, String> DEFINITIONS = new LinkedHashMap<>();

    static {
        DEFINITIONS.put("kills-rekey", """
                rekey: {table: kills.item, key: id, to: md5(name)::uuid}
                """);
        DEFINITIONS.put("kills-transform", """
                transform:
                  table: kills.step
                  pending: number > 9
                  set: {number: number - 2}
                  writers: old
                  constraint: {name: step_number, from: number BETWEEN 0 AND 11, to: number BETWEEN 0 AND 9 AND holds.unless_validating()}
                """);
        DEFINITIONS.put("kills-derive", """
                derive:
                  from: kills.owner
                  into: kills.duty
                  identity: [owner]
                  rows: SELECT entity.id AS owner FROM entity WHERE entity.id <> 3
                """);
        DEFINITIONS.put("kills-import", """
                import:
                  from: kills.old_file
                  into: kills.file
                  set: {id: id, path: path}
                  blobs: {path: path, sha256: digest, size: size, store: kills}
                """);
        DEFINITIONS.put("kills-schema", """
                schema:
                  up: |
                    ALTER TABLE kills.note ADD COLUMN text text;
                    CREATE INDEX CONCURRENTLY note_by_name ON kills.note (name);
                    COMMENT ON COLUMN kills.note.text IS 'after the index';
                  down: |
                    DROP INDEX CONCURRENTLY IF EXISTS kills.note_by_name;
                    ALTER TABLE kills.note DROP COLUMN text;
                  provides:
                    columns: [kills.note.text]
                    indexes: [kills.note_by_name]
                """);
    }

    private static final String TABLES = """
            DROP SCHEMA IF EXISTS kills CASCADE;
            CREATE SCHEMA kills;
            CREATE TABLE kills.item (id uuid PRIMARY KEY, name text NOT NULL);
            CREATE TABLE kills.part (id integer PRIMARY KEY, item uuid NOT NULL REFERENCES kills.item);
            CREATE INDEX ON kills.part (item);
            INSERT INTO kills.item SELECT md5('old' || n)::uuid, 'item ' || n FROM generate_series(1, 30) AS n;
            INSERT INTO kills.part SELECT n, md5('old' || n)::uuid FROM generate_series(1, 30) AS n;
            CREATE TABLE kills.step (id integer PRIMARY KEY, number integer NOT NULL, CONSTRAINT step_number CHECK (number BETWEEN 0 AND 11));
            INSERT INTO kills.step SELECT n, n %% 12 FROM generate_series(1, 30) AS n;
            CREATE TABLE kills.owner (id integer PRIMARY KEY);
            INSERT INTO kills.owner SELECT generate_series(1, 30);
            CREATE TABLE kills.duty (owner integer PRIMARY KEY, note text);
            INSERT INTO kills.duty VALUES (2, 'by hand');
            CREATE TABLE kills.old_file (id integer PRIMARY KEY, path text, digest text, size bigint);
            INSERT INTO kills.old_file SELECT n, NULL, NULL, NULL FROM generate_series(1, 30) AS n;
            INSERT INTO kills.old_file VALUES (31, 'large', '%s', %d), (32, 'lost', repeat('0', 64), 1);
            CREATE TABLE kills.file (id integer PRIMARY KEY, path text);
            CREATE TABLE kills.note (id integer PRIMARY KEY, name text);
            INSERT INTO kills.note SELECT n, 'note ' || n FROM generate_series(1, 30) AS n;
            """;

    private static final Map<String, List<String>> TABLES_OF = Map.of(
            name("rekey"), List.of("item", "part"),
            name("transform"), List.of("step"),
            name("derive"), List.of("owner", "duty"),
            name("import"), List.of("old_file", "file"),
            name("schema"), List.of("note"));

    private final LiveStack stack;
    private final Path from;
    private final Path to;

    Operations(LiveStack stack) {
        this.stack = stack;
        Path store = stack.stack().stores().resolve("kills");
        this.from = store.resolve("from");
        this.to = store.resolve("to");
    }

    /**
     * What there is to compare: what was told, and how often.
     *
     * @param outcomes of every row, of whichever table
     */
    record End(String counts, List<String> outcomes, List<String> journal, List<String> contents) {}

    static String name(String kind) {
        return "kills-" + kind;
    }

    static List<String> names() {
        return List.copyOf(DEFINITIONS.keySet());
    }

    void define() {
        DEFINITIONS.forEach((name, text) -> stack.define(name, "migration: " + name + "\n" + text));
    }

    void drop() throws SQLException {
        names().forEach(stack::undefine);
        stack.execute("DROP SCHEMA IF EXISTS kills CASCADE");
    }

    /** Makes tables and blobs as they are before any run. */
    void load() throws IOException, SQLException {
        Files.createDirectories(from);
        Files.createDirectories(to);
        Path large = from.resolve("large");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(BLOB_BYTES);
        }
        Files.deleteIfExists(to.resolve("large"));
        stack.execute(TABLES.formatted(digest(large), BLOB_BYTES));
    }

    /** How a run has ended; its own tables only, for others are at work. */
    End end(String name, Run run) throws SQLException {
        List<String> outcomes = stack.outcomes(run).stream()
                .map(told -> String.join(" ", told.table(), told.key(), told.newKey(), told.outcome(), told.reason()))
                .sorted()
                .toList();
        List<String> journal = stack.queryState("""
                SELECT concat_ws(' ', old_key, new_key) AS entry FROM godwit.identity WHERE run_id = '%1$s'
                UNION ALL
                SELECT concat_ws(' ', entity, key, action, former) FROM godwit.import_change WHERE run_id = '%1$s'
                 ORDER BY entry
                """.formatted(run.id()));
        return new End(run.json().path("counts").toString(), outcomes, journal, rows(TABLES_OF.get(name)));
    }

    private List<String> rows(List<String> tables) throws SQLException {
        List<String> rows = new ArrayList<>();
        for (String table : tables) {
            rows.addAll(stack.query("SELECT t::text FROM kills." + table + " AS t ORDER BY 1"));
            rows.addAll(stack.query(
                    "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'kills."
                            + table + "'::regclass ORDER BY 1"));
        }
        return rows;
    }

    /** All rows of all tables that migrations of data write. */
    Map<String, List<String>> contents() throws SQLException {
        Map<String, List<String>> contents = new TreeMap<>();
        for (String table : List.of("item", "part", "duty", "file")) {
            contents.put(table, rows(List.of(table)));
        }
        contents.put("step", stack.query("SELECT t::text FROM kills.step AS t ORDER BY 1"));
        return contents;
    }

    /** Which index it is, and whether it may be used. */
    String index() throws SQLException {
        List<String> found = stack.query(
                "SELECT indexrelid::bigint || ' ' || CASE WHEN indisvalid THEN 't' ELSE 'f' END FROM pg_index WHERE indexrelid = to_regclass('kills.note_by_name')");
        return found.isEmpty() ? "none" : found.get(0);
    }

    /** Names of blobs that have been copied. */
    List<String> blobs() throws IOException {
        try (Stream<Path> files = Files.list(to)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    /** Whether a part of the large blob has been written, and not all. */
    boolean isBlobUnfinished() throws IOException {
        Path directory = to.resolve(".godwit");
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toFile().length() > 0);
        }
    }

    private static String digest(Path file) throws IOException {
        try (DigestInputStream content =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(content.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
