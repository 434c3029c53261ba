package dev.godwit.migration.testing;

import dev.godwit.migration.blob.BlobStores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Stores of blobs as the service has them, without its configuration. */
public final class TestStores {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TestStores() {}

    /** Those below a directory, each with its two directories. */
    public static BlobStores in(Path directory) {
        return new BlobStores(Map.of(), Optional.of(directory), 2, PATIENCE);
    }
}
