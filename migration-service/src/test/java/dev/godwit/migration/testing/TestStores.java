package dev.godwit.migration.testing;

import dev.godwit.migration.blob.BlobStores;
import dev.godwit.migration.blob.BlobsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Stores of blobs as the service has them, without its configuration. */
public final class TestStores {

    private TestStores() {}

    /** Those below a directory, each with its two directories. */
    public static BlobStores in(Path directory) {
        return new BlobStores(Map::of, new BlobsConfig() {
            @Override
            public int concurrency() {
                return 2;
            }

            @Override
            public Optional<Path> directory() {
                return Optional.of(directory);
            }

            @Override
            public Duration patience() {
                return Duration.ofSeconds(30);
            }
        });
    }
}
