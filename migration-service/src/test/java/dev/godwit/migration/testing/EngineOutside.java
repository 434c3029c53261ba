package dev.godwit.migration.testing;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.blob.BlobCopies;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the engine reaches beyond its database; a test may change it at any time. */
final class EngineOutside implements BlobCopies {

    private final Map<String, Pool> sources = new ConcurrentHashMap<>();
    private BlobCopies blobs = wanted -> Uni.createFrom().item(Map.of());

    Outside outside() {
        return Outside.with(this, name -> Optional.ofNullable(sources.get(name)));
    }

    void blobs(BlobCopies copies) {
        blobs = copies;
    }

    void source(String name, Pool database) {
        sources.put(name, database);
    }

    @Override
    public Uni<Map<String, Result>> copy(List<Blob> wanted) {
        return blobs.copy(wanted);
    }

    @Override
    public Uni<Map<String, Result>> inspect(List<Blob> wanted) {
        return blobs.inspect(wanted);
    }
}
