package dev.godwit.migration.graph;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** Where definitions are and how often the service looks for changes. */
@ConfigMapping(prefix = "godwit.migrations")
public interface GraphConfig {

    /** Directory with one YAML file per migration. */
    @WithDefault("migrations")
    Path directory();

    /** Pause between two looks at the directory. */
    @WithDefault("2s")
    Duration poll();
}
