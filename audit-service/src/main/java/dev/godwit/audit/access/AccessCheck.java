package dev.godwit.audit.access;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** Keeps a packaged service from starting open to everybody: before it takes a message or a request. */
@ApplicationScoped
class AccessCheck {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    private final AccessConfig config;
    private final StaticTokens tokens;
    private final String host;

    @Inject
    AccessCheck(AccessConfig config, StaticTokens tokens, Config all) {
        this.config = config;
        this.tokens = tokens;
        this.host = all.getValue("quarkus.http.host", String.class);
    }

    void atStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            refusal(config, tokens.isEmpty(), host).ifPresent(reason -> {
                throw new IllegalStateException(reason);
            });
        }
    }

    /** Why a packaged service must not start so; empty when it may. */
    static Optional<String> refusal(AccessConfig config, boolean withoutTokens, String host) {
        if (config.mode() == AccessConfig.Mode.NONE) {
            return LOOPBACK.contains(host)
                    ? Optional.empty()
                    : Optional.of("GODWIT_AUTH=none lets everybody do everything, and QUARKUS_HTTP_HOST=" + host
                            + " is not a loopback address: bind it to 127.0.0.1, or set GODWIT_AUTH_TOKENS"
                            + " (docs/how-to/secure-it.md)");
        }
        if (config.oidc().enabled() && config.oidc().issuer().isEmpty()) {
            return Optional.of("GODWIT_AUTH_OIDC_ENABLED is true and GODWIT_AUTH_OIDC_ISSUER is missing");
        }
        return withoutTokens && !config.oidc().enabled()
                ? Optional.of("nobody could be let in: set GODWIT_AUTH_TOKENS or GODWIT_AUTH_TOKENS_FILE"
                        + " (name:role:hash; `./godwit token NAME ROLE` makes one), or GODWIT_AUTH_OIDC_ENABLED and"
                        + " GODWIT_AUTH_OIDC_ISSUER; on a loopback address GODWIT_AUTH=none does without"
                        + " (docs/how-to/secure-it.md)")
                : Optional.empty();
    }
}
