package dev.godwit.migration.batch;

import dev.godwit.migration.blob.BlobCopies;
import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.sql.SourceDatabases;
import dev.godwit.migration.sql.SourceUnavailableException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What operations reach beyond the application's database. */
@ApplicationScoped
public class Outside {

    private final BlobCopies blobs;
    private final Function<String, Optional<Pool>> sources;

    @Inject
    Outside(Instance<BlobCopies> blobs, SourceDatabases sources) {
        this(blobs.isResolvable() ? blobs.get() : Outside::nowhere, sources::find);
    }

    private Outside(BlobCopies blobs, Function<String, Optional<Pool>> sources) {
        this.blobs = blobs;
        this.sources = sources;
    }

    /** With these stores of blobs and these databases. */
    public static Outside with(BlobCopies blobs, Function<String, Optional<Pool>> sources) {
        return new Outside(blobs, sources);
    }

    /** With these stores of blobs, and no other database. */
    public static Outside with(BlobCopies blobs) {
        return with(blobs, name -> Optional.empty());
    }

    /** Nothing at all. */
    public static Outside nothing() {
        return new Outside(Outside::nowhere, name -> Optional.empty());
    }

    /** The database that is configured by this name. */
    public Optional<Pool> source(String name) {
        return sources.apply(name);
    }

    /**
     * The same.
     *
     * @throws CatalogException when none is
     */
    public Pool mustHave(String source) {
        return source(source)
                .orElseThrow(() -> new CatalogException(
                        "unknown_source",
                        "no database is configured as '" + source + "'",
                        "set godwit.sources." + source + ".host, .port, .name, .user and .password"));
    }

    /**
     * Works in a session of that database, which cannot write.
     *
     * @throws CatalogException when none is configured
     */
    public <T> Uni<T> within(String source, Function<SqlConnection, Uni<T>> work) {
        return SourceUnavailableException.within(source, mustHave(source), work);
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
