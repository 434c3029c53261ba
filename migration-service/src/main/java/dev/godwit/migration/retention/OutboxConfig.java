package dev.godwit.migration.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How long events stay in the outbox after they have arrived. */
@ConfigMapping(prefix = "godwit.outbox")
public interface OutboxConfig {

    /** How long events are kept at least: gaps in the trail are refilled from them. */
    @WithDefault("7d")
    Duration retention();

    /** Pause between two passes. */
    @WithDefault("1m")
    Duration pruneEvery();

    /** Events deleted in one transaction. */
    @WithDefault("200")
    @Min(1)
    int pruneBatch();

    /** The connector's replication slot, whose word counts. */
    @WithDefault("${godwit.capture.slot:godwit}")
    String slot();
}
