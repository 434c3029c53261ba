package dev.godwit.migration.blob;

import static dev.godwit.migration.blob.Blobs.blob;
import static dev.godwit.migration.blob.Blobs.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import io.quarkus.runtime.configuration.PathConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

        assertThatThrownBy(() -> stores.copy(List.of(unknown)).await().atMost(PATIENCE))
                .isInstanceOf(BlobStoreException.class)
                .hasMessageContaining("GODWIT_STORES_LOST_FILES_FROM");
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

    private static BlobStores stores(Map<String, String> environment) {
        SmallRyeConfig config = config(environment);
        return new BlobStores(config.getConfigMapping(StoresConfig.class), config.getConfigMapping(BlobsConfig.class));
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300))
                .withConverter(Path.class, 100, new PathConverter())
                .withMapping(StoresConfig.class)
                .withMapping(BlobsConfig.class)
                .build();
    }
}
