package dev.godwit.migration.blob;

import dev.godwit.migration.blob.StoresConfig.Store;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The configured stores. Copies run on threads of their own, as many as {@link BlobsConfig#concurrency} over all runs; each holds one buffer.
 *
 * <p>Failure semantics: as {@link BlobCopies}; what a row says of its blob never fails the answer, a store that cannot be used does.
 */
@Startup
@ApplicationScoped
public class BlobStores implements BlobCopies {

    private final Map<String, BlobStore> stores = new HashMap<>();
    private final ExecutorService threads;
    private final int concurrency;

    /** Checks the settings of all stores; reaches none of them. */
    @Inject
    public BlobStores(StoresConfig stores, BlobsConfig blobs) {
        stores.byName().forEach((name, store) -> this.stores.put(name, open(name, store)));
        this.concurrency = blobs.concurrency();
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(concurrency, work -> {
            Thread thread = new Thread(work, "blobs-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Uni<Map<String, Result>> copy(List<Blob> blobs) {
        return Multi.createFrom()
                .iterable(blobs)
                .onItem()
                .transformToUni(blob -> Uni.createFrom()
                        .item(() -> Map.entry(blob.key(), copied(blob)))
                        .runSubscriptionOn(threads))
                .merge(concurrency)
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue)
                .emitOn(callersThread());
    }

    /** Lets copies in hand end or fail; what is not finished has no name, and is copied anew. */
    @PreDestroy
    void close() {
        threads.shutdownNow();
        stores.values().forEach(BlobStore::close);
    }

    private Result copied(Blob blob) {
        BlobStore store = stores.get(blob.store());
        if (store == null) {
            throw new BlobStoreException("store " + blob.store() + " is not configured; set GODWIT_STORES_"
                    + variable(blob.store()) + "_FROM and _DIRECTORY or _BUCKET");
        }
        try {
            return store.copy(blob);
        } catch (IOException e) {
            throw new BlobStoreException("store " + blob.store() + " cannot be used: " + e, e);
        }
    }

    private static BlobStore open(String name, Store store) {
        if (store.directory().isPresent() == store.bucket().isPresent()) {
            throw new BlobStoreException(
                    "store " + name + " needs a directory or a bucket, one of the two: set GODWIT_STORES_"
                            + variable(name) + "_DIRECTORY or _BUCKET");
        }
        return new BlobStore(new SourceDirectory(store.from()), () -> target(store));
    }

    private static BlobTarget target(Store store) {
        return store.directory()
                .<BlobTarget>map(DirectoryTarget::new)
                .orElseGet(() -> new BucketTarget(
                        S3Clients.of(store),
                        store.bucket().orElseThrow(),
                        store.prefix().orElse("")));
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** Where the caller is at home: the connection that it goes on with belongs to one event loop. */
    private static Executor callersThread() {
        Context context = Vertx.currentContext();
        return context == null ? Runnable::run : task -> context.runOnContext(nothing -> task.run());
    }
}
