package dev.godwit.migration.batch;

import dev.godwit.migration.blob.BlobCopies;
import dev.godwit.migration.testing.Engine;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** Stops the first batch of an import with blobs between its reading of the source and its writing. */
final class PausedImport {

    private static final String WAITING =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%transaction_timeout%'";

    private final Engine engine;
    private final CompletableFuture<Void> gate = new CompletableFuture<>();

    private PausedImport(Engine engine) {
        this.engine = engine;
    }

    /** Batches with a row whose blob's path contains this wait. */
    static PausedImport of(Engine engine, String path) {
        PausedImport paused = new PausedImport(engine);
        engine.blobs(blobs -> {
            Map<String, BlobCopies.Result> copied = new HashMap<>();
            blobs.forEach(blob -> copied.put(blob.key(), BlobCopies.Result.COPIED));
            boolean waits = blobs.stream().anyMatch(blob -> blob.path().contains(path));
            return (waits
                            ? Uni.createFrom().completionStage(paused.gate)
                            : Uni.createFrom().voidItem())
                    .replaceWith(copied);
        });
        return paused;
    }

    /** Returns when the batch has read. */
    void awaitRead() {
        Awaitility.await().until(() -> engine.value(WAITING).equals("1"));
    }

    /** Lets it write. */
    void goOn() {
        gate.complete(null);
    }
}
