package dev.godwit.migration.blob;

import dev.godwit.migration.blob.StoresConfig.Store;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The configured stores. Copies run on threads of their own, as many as {@link BlobsConfig#concurrency} over all runs; each holds one buffer.
 *
 * <p>Whoever asks waits for {@link BlobsConfig#patience} at most, because a batch holds rows meanwhile. Copies that take longer go on, and whoever asks again is given
 * what has become of them.
 *
 * <p>Failure semantics: as {@link BlobCopies}; what a row says of its blob never fails the answer, a store that cannot be used does.
 */
@Startup
@ApplicationScoped
public class BlobStores implements BlobCopies {

    private static final Logger LOG = Logger.getLogger(BlobStores.class);

    /** Nobody asks again for so long, unless the run is gone. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private final Map<String, BlobStore> stores = new ConcurrentHashMap<>();
    private final Map<Task, Answer> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads;
    private final Duration patience;
    private final Optional<Path> directory;

    /** Something to do, or to look at only. */
    private record Task(Blob blob, boolean write) {}

    /** What becomes of it, and when it was last asked for. */
    private record Answer(CompletableFuture<Result> result, long askedNanos) {
        Answer askedAgain() {
            return new Answer(result, System.nanoTime());
        }

        boolean isForgotten() {
            return result.isDone() && System.nanoTime() - askedNanos > FORGOTTEN.toNanos();
        }
    }

    /** Checks the settings of all stores; reaches none of them. */
    @Inject
    public BlobStores(StoresConfig stores, BlobsConfig blobs) {
        this(stores.byName(), blobs.directory(), blobs.concurrency(), blobs.patience());
    }

    /** As {@link StoresConfig} and {@link BlobsConfig} say. */
    public BlobStores(Map<String, Store> stores, Optional<Path> directory, int concurrency, Duration patience) {
        stores.forEach((name, store) -> this.stores.put(name, open(name, store)));
        this.patience = patience;
        this.directory = directory;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(concurrency, work -> {
            Thread thread = new Thread(work, "blobs-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Uni<Map<String, Result>> copy(List<Blob> blobs) {
        return answer(blobs, true);
    }

    @Override
    public Uni<Map<String, Result>> inspect(List<Blob> blobs) {
        return answer(blobs, false);
    }

    private Uni<Map<String, Result>> answer(List<Blob> blobs, boolean write) {
        return Uni.createFrom()
                .deferred(() -> {
                    Map<Task, CompletableFuture<Result>> asked = asked(blobs, write);
                    return Uni.createFrom()
                            .completionStage(
                                    CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)))
                            .ifNoItem()
                            .after(patience)
                            .failWith(() -> new BlobsUnderWayException(patience))
                            .map(done -> results(asked));
                })
                .emitOn(callersThread());
    }

    private Map<Task, CompletableFuture<Result>> asked(List<Blob> blobs, boolean write) {
        answers.values().removeIf(Answer::isForgotten);
        Map<Task, CompletableFuture<Result>> asked = new LinkedHashMap<>();
        for (Blob blob : blobs) {
            Answer answer = answers.compute(
                    new Task(blob, write), (task, known) -> known == null ? begin(task) : known.askedAgain());
            asked.put(new Task(blob, write), answer.result());
        }
        return asked;
    }

    /** A copy that fails is begun anew by whoever asks next. */
    private Answer begin(Task task) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(done(task));
            } catch (RuntimeException | Error e) {
                answers.remove(task);
                LOG.warnf("%s", e.getMessage());
                result.completeExceptionally(e);
            }
        });
        return new Answer(result, System.nanoTime());
    }

    private Map<String, Result> results(Map<Task, CompletableFuture<Result>> asked) {
        Map<String, Result> results = new HashMap<>();
        asked.forEach((task, result) -> {
            answers.remove(task);
            results.put(task.blob().key(), result.join());
        });
        return results;
    }

    /** Lets copies in hand end or fail; what is not finished has no name, and is copied anew. */
    @PreDestroy
    void close() {
        threads.shutdownNow();
        stores.values().forEach(BlobStore::close);
    }

    private Result done(Task task) {
        Blob blob = task.blob();
        BlobStore store = stores.computeIfAbsent(blob.store(), this::byConvention);
        if (store == null) {
            return new Result.Missing("store " + blob.store() + " is not configured; set GODWIT_STORES_"
                    + variable(blob.store()) + "_FROM and _DIRECTORY or _BUCKET");
        }
        try {
            return task.write() ? store.copy(blob) : store.inspect(blob);
        } catch (IOException e) {
            throw new BlobStoreException("store " + blob.store() + " cannot be used: " + e, e);
        } catch (BlobStoreException e) {
            throw new BlobStoreException("store " + blob.store() + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** A store without settings: null, where there is no directory of that name either. */
    private BlobStore byConvention(String name) {
        return directory
                .map(root -> root.resolve(name))
                .filter(Files::isDirectory)
                .map(store -> new BlobStore(
                        new SourceDirectory(store.resolve("from")), () -> new DirectoryTarget(store.resolve("to"))))
                .orElse(null);
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
