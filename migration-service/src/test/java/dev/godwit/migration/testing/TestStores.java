package dev.godwit.migration.testing;

import dev.godwit.migration.blob.BlobStores;
import dev.godwit.migration.blob.BlobsConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;

/** Stores of blobs as the service has them, without its configuration. */
public final class TestStores {

    private TestStores() {}

    /** Those below a directory, each with its two directories. */
    public static BlobStores in(Path directory) {
        BlobsConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(BlobsConfig.class)
                .withDefaultValue("godwit.blobs.directory", directory.toString())
                .build()
                .getConfigMapping(BlobsConfig.class);
        return new BlobStores(Map::of, config);
    }
}
