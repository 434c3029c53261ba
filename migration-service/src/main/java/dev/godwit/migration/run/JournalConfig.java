package dev.godwit.migration.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;

/** How long journals are kept, without which a run cannot be undone. */
@ConfigMapping(prefix = "godwit.journal")
public interface JournalConfig {

    /** How long after its end a run is kept; without it, until somebody says {@code forget}. At least a minute. */
    Optional<Duration> retention();

    /** Pause between two passes. */
    @WithDefault("1h")
    Duration lookEvery();

    /** Runs forgotten in one pass, each in a transaction of its own. */
    @WithDefault("100")
    @Min(1)
    int atOnce();
}
