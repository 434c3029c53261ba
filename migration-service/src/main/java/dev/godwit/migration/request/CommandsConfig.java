package dev.godwit.migration.request;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How commands from Kafka are retried while the database cannot be reached. */
@ConfigMapping(prefix = "godwit.commands")
public interface CommandsConfig {

    /** Pause before the first retry; later ones grow, with jitter. */
    @WithDefault("200ms")
    Duration firstBackOff();

    /** Longest pause between two retries. */
    @WithDefault("5s")
    Duration longestBackOff();
}
