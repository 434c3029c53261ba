package dev.godwit.audit.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Who may call the service. The same variables mean the same for both services. */
@ConfigMapping(prefix = "godwit.auth")
public interface AccessConfig {

    /** Whether callers must prove who they are. */
    @WithParentName
    @WithDefault("required")
    Mode mode();

    /** Static tokens: {@code name:role:SHA-256 of the token in hexadecimal}, with commas between. */
    Optional<List<String>> tokens();

    /** File with more of them, one a line; lines that begin with # are remarks. */
    Optional<Path> tokensFile();

    /** Who may read {@code /q/metrics}: {@code viewers}, or everybody with {@code permit}. */
    @WithDefault("viewers")
    String metrics();

    /** What this service proves itself with to migration-service when it acts for those who are logged in: a token that is marked there as a delegate's. Never logged. */
    Optional<String> migrationToken();

    /** Encrypts the cookie of those who are logged in: 32 characters, the same for all instances. Without it each start makes its own, and logins end with it. Never logged. */
    Optional<String> sessionKey();

    /** Tokens of an OpenID Connect provider. */
    Oidc oidc();

    /** Whether callers must prove who they are. */
    enum Mode {
        /** By a token. */
        REQUIRED,
        /** No: whoever reaches the service may do everything. Packaged, it starts so only on a loopback address. */
        NONE
    }

    /** An OpenID Connect provider. Its settings are read by Quarkus; see application.properties. */
    interface Oidc {

        /** Whether there is one. */
        @WithDefault("false")
        boolean enabled();

        /** Its address; keys are found by {@code /.well-known/openid-configuration} below it, and tokens must name it as their issuer. */
        Optional<String> issuer();

        /** What tokens must be meant for. */
        @WithDefault("godwit")
        String audience();

        /** Name of the claim that holds the roles; parts of a path are separated by slashes. */
        @WithDefault("groups")
        String roleClaim();

        /** {@code service}: tokens alone. {@code hybrid}: people also log in to the dashboard at the provider. */
        @WithDefault("service")
        String type();

        /** Secret of the client by which people log in. Never logged. */
        Optional<String> clientSecret();

        /** Whether people log in to the dashboard at the provider. */
        default boolean hasLogin() {
            return enabled() && type().equals("hybrid");
        }

        /** Value of the claim that makes a viewer. */
        @WithDefault("viewer")
        String viewer();

        /** Value of the claim that makes an operator. */
        @WithDefault("operator")
        String operator();

        /** Value of the claim that makes an admin. */
        @WithDefault("admin")
        String admin();
    }
}
