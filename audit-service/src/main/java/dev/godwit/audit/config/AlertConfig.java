package dev.godwit.audit.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** When somebody is told, and how. */
@ConfigMapping(prefix = "godwit.alert")
public interface AlertConfig {

    /** Pause between two looks at the rules. */
    @NotNull
    Duration interval();

    /** Where alerts go. */
    Webhook webhook();

    /** A run at work that nothing holds back and that has done nothing for so long has stalled. */
    @NotNull
    @WithDefault("PT5M")
    Duration stalledAfter();

    /** So many quarantined entities of one run are too many. */
    @Min(1)
    @WithDefault("100")
    long quarantined();

    /** The tail of a run may be so far behind the application. */
    @NotNull
    @WithDefault("PT1M")
    Duration tailLag();

    /** The receiver. */
    interface Webhook {

        /** Address that takes a POST for every notice; without it nobody is told. */
        Optional<URI> url();

        /** What notices are signed with; required where there is an address. Never logged. */
        Optional<String> secret();

        /** How long the receiver may take. */
        @NotNull
        @WithDefault("PT5S")
        Duration timeout();

        /** So often a notice is tried. */
        @Min(1)
        @WithDefault("8")
        int attempts();

        /** Pause before the second try; each further one is twice as long as the one before. */
        @NotNull
        @WithDefault("PT5S")
        Duration retryInitial();
    }
}
