package dev.godwit.migration.blob;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How blobs are copied. */
@ConfigMapping(prefix = "godwit.blobs")
public interface BlobsConfig {

    /** Blobs copied at the same time by this instance, over all runs. */
    @WithDefault("4")
    @Min(1)
    @Max(64)
    int concurrency();
}
