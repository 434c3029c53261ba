package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.StoppableWorker;
import dev.godwit.migration.testing.TestStores;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows whose blobs are in real directories. */
class ImportBlobsIT {

    private static final long LARGE = 96 << 20;

    private static final String FILES = """
            migration: files
            import:
              from: legacy.file
              into: public.file
              set: {id: id, path: path}
              blobs: {path: path, sha256: digest, size: size, store: files}
            """;

    @TempDir
    private Path stores;

    @Test
    void shouldEndAsIfNothingHadBeenWhenKilledInTheMiddleOfABlob() throws Exception {
        Path from = Files.createDirectories(stores.resolve("files/from"));
        Path to = Files.createDirectories(stores.resolve("files/to"));
        try (RandomAccessFile large = new RandomAccessFile(from.resolve("large").toFile(), "rw")) {
            large.setLength(LARGE);
        }
        Files.writeString(from.resolve("small"), "small");
        Files.writeString(from.resolve("edited"), "edited since");
        Engine engine = Engine.on(
                "import_blobs",
                "CREATE SCHEMA legacy; CREATE TABLE legacy.file (id int PRIMARY KEY, path text, digest text, size bigint);"
                        + " CREATE TABLE file (id int PRIMARY KEY, path text)",
                "INSERT INTO legacy.file VALUES (1, 'large', '%s', %d), (2, 'small', '%s', 5), (3, 'edited', '%s', 6), (4, 'lost', '%s', 1), (5, NULL, NULL, NULL)"
                        .formatted(
                                digest(from.resolve("large")),
                                LARGE,
                                digest("small"),
                                digest("edited"),
                                digest("lost")));
        engine.blobs(TestStores.in(stores));
        EngineRun plan = engine.plan(FILES);
        plan.inspect();
        assertThat(names(to)).as("a plan copies nothing").isEmpty();

        EngineRun run = engine.commit(FILES);
        StoppableWorker worker = StoppableWorker.copying(engine, run, "1", stores);
        try {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> unfinished(to));
        } finally {
            worker.close();
        }
        assertThat(names(to)).isEmpty();
        assertThat(engine.values("SELECT id::text FROM file")).isEmpty();
        run.backfill();

        assertThat(names(to)).containsExactly("large", "small");
        assertThat(digest(to.resolve("large"))).isEqualTo(digest(from.resolve("large")));
        assertThat(engine.values("SELECT id::text FROM file ORDER BY id")).containsExactly("1", "2", "5");
        assertThat(story(run))
                .containsExactlyElementsOf(story(plan))
                .anyMatch(line -> line.startsWith("3 ") && line.endsWith("conflict blob_mismatch"))
                .anyMatch(line -> line.startsWith("4 ") && line.endsWith("failed blob_missing"));
        assertThat(run.counts()).isEqualTo(plan.counts()).containsEntry("migrated", 3L);
        assertThat(run.pending())
                .as("a blob that is not what its row says is nothing to try again")
                .doesNotContain("3");
    }

    /** Without the new keys, which a plan tells only where they are certain. */
    private static List<String> story(EngineRun run) {
        return run.story().stream().map(line -> line.replaceAll(" -> \\S+", "")).toList();
    }

    private static boolean unfinished(Path to) throws IOException {
        Path directory = to.resolve(".godwit");
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (Files.size(file) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private static String digest(String content) throws Exception {
        return digest(content.getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(Path file) throws Exception {
        return digest(Files.readAllBytes(file));
    }

    private static String digest(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
