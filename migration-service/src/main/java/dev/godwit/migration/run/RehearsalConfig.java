package dev.godwit.migration.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where rehearsals happen. */
@ConfigMapping(prefix = "godwit.rehearsal")
public interface RehearsalConfig {

    /** Whether the database is a restored copy that nobody else uses, so that everything may be rehearsed for real. */
    @WithDefault("false")
    boolean copy();
}
