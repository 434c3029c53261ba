package dev.godwit.migration.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How long small things are kept of which there is one more every now and then. */
@ConfigMapping(prefix = "godwit.keep")
public interface KeepConfig {

    /** How long the ids of requests for entities are known, so that one that comes again is not answered again. Ids of other commands are kept for good. */
    @WithDefault("30d")
    Duration requests();

    /** How long heartbeats that arrived are kept; one that was lost stays. */
    @WithDefault("7d")
    Duration heartbeats();

    /** How long after its last write the probe of an instance is kept. */
    @WithDefault("1d")
    Duration probes();

    /** Pause between two passes. */
    @WithDefault("10m")
    Duration lookEvery();

    /** Rows deleted in one transaction. */
    @WithDefault("1000")
    @Min(1)
    int atOnce();
}
