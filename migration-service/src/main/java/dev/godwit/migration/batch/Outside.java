package dev.godwit.migration.batch;

import dev.godwit.migration.blob.BlobCopies;
import dev.godwit.migration.blob.BlobCopies.Blob;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What operations reach beyond the application's database. */
@ApplicationScoped
public class Outside {

    private final BlobCopies blobs;

    @Inject
    Outside(Instance<BlobCopies> blobs) {
        this(blobs.isResolvable() ? blobs.get() : Outside::nowhere);
    }

    private Outside(BlobCopies blobs) {
        this.blobs = blobs;
    }

    /** With these stores of blobs. */
    public static Outside with(BlobCopies blobs) {
        return new Outside(blobs);
    }

    /** Nothing at all. */
    public static Outside nothing() {
        return new Outside(Outside::nowhere);
    }

    /** Blobs that no store is there for. */
    private static Uni<Map<String, BlobCopies.Result>> nowhere(List<Blob> wanted) {
        Map<String, BlobCopies.Result> missing = new HashMap<>();
        wanted.forEach(blob -> missing.put(
                blob.key(), new BlobCopies.Result.Missing("no store '" + blob.store() + "' is configured")));
        return Uni.createFrom().item(missing);
    }

    BlobCopies blobs() {
        return blobs;
    }
}
