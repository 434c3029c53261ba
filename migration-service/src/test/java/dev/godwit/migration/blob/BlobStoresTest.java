package dev.godwit.migration.blob;

import static dev.godwit.migration.blob.Blobs.blob;
import static dev.godwit.migration.blob.Blobs.write;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.PathConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoresTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path scratch;

    private Path from;
    private Path to;
    private BlobStores stores;

    @BeforeEach
    void open() throws IOException {
        from = Files.createDirectory(scratch.resolve("from"));
        to = Files.createDirectory(scratch.resolve("to"));
        stores = stores(
                Map.of("GODWIT_STORES_FILES_FROM", from.toString(), "GODWIT_STORES_FILES_DIRECTORY", to.toString()));
    }

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void shouldAnswerOneResultPerBlob() throws IOException {
        List<Blob> blobs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            write(from, "essay-" + i, "essay " + i);
            blobs.add(blob("essay-" + i, "essay " + i));
        }
        blobs.add(blob("absent", "nothing"));

        Map<String, Result> results = stores.copy(blobs).await().atMost(PATIENCE);

        assertThat(results).hasSize(51).containsEntry("key of essay-49", Result.COPIED);
        assertThat(results.get("key of absent")).isInstanceOf(Result.Missing.class);
        assertThat(stores.copy(List.of()).await().atMost(PATIENCE)).isEmpty();
    }

    @Test
    void shouldCopyOnThreadsOfItsOwnAndAnswerOnTheCallers() throws Exception {
        write(from, "essay", "essay");
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<List<Thread>> threads = new CompletableFuture<>();
            vertx.getOrCreateContext().runOnContext(nothing -> {
                Thread asking = Thread.currentThread();
                stores.copy(List.of(blob("essay", "essay")))
                        .subscribe()
                        .with(
                                results -> threads.complete(List.of(asking, Thread.currentThread())),
                                threads::completeExceptionally);
            });

            List<Thread> seen = threads.get(30, TimeUnit.SECONDS);

            assertThat(seen.get(1)).isSameAs(seen.get(0));
            assertThat(seen.get(0).getName()).contains("eventloop");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldSayWhichSettingAStoreLacks() {
        Blob unknown = new Blob("1", "essay", "0".repeat(64), 1, "lost-files");

        assertThat(stores.copy(List.of(unknown)).await().atMost(PATIENCE).get("1"))
                .asInstanceOf(type(Result.Missing.class))
                .extracting(Result.Missing::detail, as(STRING))
                .contains("GODWIT_STORES_LOST_FILES_FROM");
        assertThatThrownBy(() -> stores(Map.of("GODWIT_STORES_FILES_FROM", from.toString())))
                .isInstanceOf(BlobStoreException.class)
                .hasMessageContaining("GODWIT_STORES_FILES_DIRECTORY or _BUCKET");
    }

    @Test
    void shouldReadABucketsSettingsFromTheEnvironment() {
        StoresConfig.Store store = config(Map.of(
                        "GODWIT_STORES_FILES_FROM", "/srv/files",
                        "GODWIT_STORES_FILES_BUCKET", "essays",
                        "GODWIT_STORES_FILES_ENDPOINT", "http://127.0.0.1:9000",
                        "GODWIT_STORES_FILES_PATH_STYLE", "true",
                        "GODWIT_STORES_FILES_PREFIX", "legacy/"))
                .getConfigMapping(StoresConfig.class)
                .byName()
                .get("files");

        assertThat(store.bucket()).contains("essays");
        assertThat(store.pathStyle()).isTrue();
        assertThat(store.region()).isEqualTo("us-east-1");
        assertThat(store.prefix()).contains("legacy/");
    }

    @Test
    void shouldForeseeWhatACopyWouldAnswerAndWriteNothing() throws IOException {
        write(from, "essay", "essay");
        write(from, "edited", "edited since");
        List<Blob> blobs = List.of(blob("essay", "essay"), blob("edited", "edited"), blob("absent", "nothing"));

        Map<String, Result> foreseen = stores.inspect(blobs).await().atMost(PATIENCE);

        try (Stream<Path> written = Files.list(to)) {
            assertThat(written).isEmpty();
        }
        assertThat(foreseen).isEqualTo(stores.copy(blobs).await().atMost(PATIENCE));
        assertThat(stores.inspect(blobs).await().atMost(PATIENCE)).containsEntry("key of essay", Result.UNCHANGED);
    }

    @Test
    void shouldTakeStoresWithoutSettingsFromADirectory() throws IOException {
        write(Files.createDirectories(scratch.resolve("stores/essays/from")), "essay", "essay");
        Path target = Files.createDirectory(scratch.resolve("stores/essays/to"));
        Fingerprint essay = Fingerprint.of(scratch.resolve("stores/essays/from/essay"));
        BlobStores byConvention = stores(
                Map.of("GODWIT_BLOBS_DIRECTORY", scratch.resolve("stores").toString()));
        try {
            Map<String, Result> results = byConvention
                    .copy(List.of(
                            new Blob("1", "essay", essay.sha256(), essay.size(), "essays"),
                            new Blob("2", "essay", essay.sha256(), essay.size(), "others")))
                    .await()
                    .atMost(PATIENCE);

            assertThat(results).containsEntry("1", Result.COPIED);
            assertThat(results.get("2")).isInstanceOf(Result.Missing.class);
            assertThat(target.resolve("essay")).hasContent("essay");
        } finally {
            byConvention.close();
        }
    }

    @Test
    void shouldGoOnCopyingWhatABatchCannotWaitFor() throws Exception {
        Path large = from.resolve("large");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(64 << 20);
        }
        Fingerprint fingerprint = Fingerprint.of(large);
        Blob blob = new Blob("1", "large", fingerprint.sha256(), fingerprint.size(), "files");
        BlobStores impatient = stores(Map.of(
                "GODWIT_STORES_FILES_FROM", from.toString(),
                "GODWIT_STORES_FILES_DIRECTORY", to.toString(),
                "GODWIT_BLOBS_PATIENCE", "PT0.001S"));
        try {
            assertThatThrownBy(() -> impatient.copy(List.of(blob)).await().atMost(PATIENCE))
                    .isInstanceOf(BlobStoreException.class)
                    .hasMessageContaining("goes on")
                    .extracting(PgErrors::classify)
                    .as("a batch that tries again, and puts no row aside")
                    .isEqualTo(ErrorClass.UNAVAILABLE);

            await().atMost(PATIENCE).until(to.resolve("large").toFile()::isFile);
            Result answer = await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(BlobStoreException.class)
                    .until(
                            () -> impatient
                                    .copy(List.of(blob))
                                    .await()
                                    .atMost(PATIENCE)
                                    .get("1"),
                            Objects::nonNull);
            assertThat(answer).as("what nobody had waited for").isEqualTo(Result.COPIED);
        } finally {
            impatient.close();
        }
    }

    private static BlobStores stores(Map<String, String> environment) {
        SmallRyeConfig config = config(environment);
        return new BlobStores(config.getConfigMapping(StoresConfig.class), config.getConfigMapping(BlobsConfig.class));
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300))
                .withConverter(Path.class, 100, new PathConverter())
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(StoresConfig.class)
                .withMapping(BlobsConfig.class)
                .build();
    }
}
