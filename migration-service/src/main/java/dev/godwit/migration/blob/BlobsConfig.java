package dev.godwit.migration.blob;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How blobs are copied. */
@ConfigMapping(prefix = "godwit.blobs")
public interface BlobsConfig {

    /** Blobs copied at the same time by this instance, over all runs. */
    @WithDefault("4")
    @Min(1)
    @Max(64)
    int concurrency();

    /** Holds the directories of stores that have no settings of their own: {@code NAME/from} and {@code NAME/to}. */
    Optional<Path> directory();

    /** How long a batch waits for its blobs, in one go. Larger ones take several goes: they are copied on meanwhile. */
    @WithDefault("10s")
    Duration patience();

    /** How long a store may be of no use before runs that need it fail; they can be resumed. */
    @WithDefault("2m")
    Duration outage();
}
