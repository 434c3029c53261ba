package dev.godwit.audit.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of audit-service; every one can be given as an environment variable, such as {@code GODWIT_AUDIT_DATABASE_HOST}. */
@ConfigMapping(prefix = "godwit.audit")
public interface AuditConfig {

    /** The database that holds the trail; the role owns it. */
    Database database();

    /** How the inbox behaves when the database does not answer. */
    Inbox inbox();

    /** The live view, and all who listen to server-sent events. */
    Live live();

    /** How long measures are kept. */
    Health health();

    /** What checkpoints and bundles are signed with. */
    Signing signing();

    /** Signed checkpoints of all chains. */
    Checkpoint checkpoint();

    /** Asking again for what is missing. */
    Refill refill();

    /** Computing chains again without being asked. */
    Proof proof();

    /** How long outcomes are kept. */
    Retention retention();

    /** Coordinates of the trail's database. */
    interface Database {

        /** Host name or address. */
        @NotBlank
        String host();

        /** TCP port. */
        @Min(1)
        @Max(65535)
        int port();

        /** Name of the database. */
        @NotBlank
        String name();

        /** Role that owns the database. */
        @NotBlank
        String user();

        /** The role's password; absent where the server asks for none. Never logged. */
        Optional<String> password();

        /** {@code disable}: sessions are not encrypted. {@code verify-full}: they are, with a server that has the right name and a certificate of a trusted authority. */
        @Pattern(regexp = "disable|verify-full")
        String sslMode();

        /** Certificates of the trusted authorities, as PEM. */
        Optional<Path> caFile();
    }

    /** How outcomes come into the database. */
    interface Inbox {

        /** How long outcomes that come one by one are gathered before they are stored together, in milliseconds: so much later the trail has them at most; not zero, or the broker would be asked again at once. */
        @WithDefault("250")
        @Min(10)
        @Max(10_000)
        int lingerMillis();

        /** First pause before a failed transaction is tried again. */
        @NotNull
        @WithDefault("PT0.2S")
        Duration retryInitial();

        /** Longest pause between two tries; there is no last try. */
        @NotNull
        @WithDefault("PT5S")
        Duration retryMax();

        /** So many sessions write outcomes at the same time, each a poll of its own. */
        @Min(1)
        @Max(4)
        @WithDefault("2")
        int writers();
    }

    /** The live view. */
    interface Live {

        /** Pause between two looks at the runs, shared by all who watch. */
        @NotNull
        @WithDefault("PT0.5S")
        Duration interval();

        /** So many listen to server-sent events of an instance at the same time. */
        @Min(1)
        @Max(10_000)
        @WithDefault("500")
        int listeners();
    }

    /** Measures of migrations. */
    interface Health {

        /** How long a measure is kept; the newest of each migration stays. */
        @NotNull
        @WithDefault("P30D")
        Duration retention();
    }

    /** Signing with Ed25519. */
    interface Signing {

        /** Base64 of the 32 bytes of a private key. Without it the service starts only where it is developed or tested. Never logged. */
        Optional<String> key();

        /** Public keys that signed before this one, each the base64 of its DER form: what they signed still counts. */
        Optional<List<String>> formerKeys();
    }

    /** Checkpoints. */
    interface Checkpoint {

        /** Pause between two checkpoints; none is made while no chain grows. */
        @NotNull
        Duration interval();
    }

    /** Asking again for what is missing. */
    interface Refill {

        /** Pause between two looks for what is missing. */
        @NotNull
        Duration interval();

        /** How late an event may be before it is asked for; each further time the pause is twice as long. */
        @NotNull
        @WithDefault("PT30S")
        Duration grace();

        /** Runs that have been quiet for longer are not asked for: the outbox keeps events for a week. */
        @NotNull
        @WithDefault("P7D")
        Duration horizon();
    }

    /** Computing chains again without being asked. */
    interface Proof {

        /** Pause between two turns. */
        @NotNull
        Duration interval();

        /** At most so many events are computed again in a turn; some hundred thousand outcomes take seconds. */
        @Min(1)
        @WithDefault("600")
        int events();
    }

    /** How long outcomes are kept. */
    interface Retention {

        /** Months of outcomes go when all of them are older than this; without it everything stays. Events, counts and signed checkpoints stay in any case. */
        Optional<Duration> outcomes();

        /** Pause between two looks for what is old enough. */
        @NotNull
        Duration interval();
    }
}
