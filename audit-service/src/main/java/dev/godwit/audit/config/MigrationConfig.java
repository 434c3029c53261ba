package dev.godwit.audit.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;

/** Where migration-service is: the dashboard shows what only it knows, and hands it what operators ask for. */
@ConfigMapping(prefix = "godwit.migration")
public interface MigrationConfig {

    /** Base address of its REST interface; any instance will do. */
    @NotNull
    @WithDefault("http://127.0.0.1:8080")
    URI url();

    /** How long an answer may take before it is said that there is none. */
    @NotNull
    @WithDefault("PT10S")
    Duration timeout();
}
