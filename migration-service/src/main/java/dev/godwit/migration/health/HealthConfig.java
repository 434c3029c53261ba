package dev.godwit.migration.health;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How often measures are taken, and at what cost. */
@ConfigMapping(prefix = "godwit.health")
public interface HealthConfig {

    /** Whether this instance takes turns in measuring. */
    @WithDefault("true")
    boolean enabled();

    /** How often it asks whether it is its turn. */
    @WithDefault("1s")
    Duration look();

    /** From the beginning of one round of measures to the beginning of the next. */
    @WithDefault("30s")
    Duration every();

    /** How long an instance that measures may be silent before another one takes over; longer than a measure takes. */
    @WithDefault("10s")
    Duration takeOverAfter();

    /** Longest statement of a measure. */
    @WithDefault("2s")
    Duration statementTimeout();

    /** Rows that a built-in measure reads at most, and entities that the queries of a definition read at most; of larger tables, so many at random. */
    @WithDefault("10000")
    @Min(1)
    @Max(100_000)
    int sample();
}
