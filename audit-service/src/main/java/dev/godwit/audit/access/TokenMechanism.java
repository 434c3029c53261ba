package dev.godwit.audit.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.Set;

/**
 * Static bearer tokens, asked before OIDC and the login of the dashboard are. A token that is none of them is left to OIDC.
 *
 * <p>Who opens a page without being known is led to the login, everybody else is asked for a token.
 */
@ApplicationScoped
class TokenMechanism implements HttpAuthenticationMechanism {

    private static final String SCHEME = "Bearer ";
    private static final int BEFORE_OIDC = DEFAULT_PRIORITY + 1_000;

    private final AccessConfig config;
    private final StaticTokens tokens;

    @Inject
    TokenMechanism(AccessConfig config, StaticTokens tokens) {
        this.config = config;
        this.tokens = tokens;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        if (config.mode() == AccessConfig.Mode.NONE) {
            return Uni.createFrom().item(Identities.anybody());
        }
        Optional<StaticToken> token = Optional.ofNullable(context.request().getHeader(HttpHeaderNames.AUTHORIZATION))
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .flatMap(header -> tokens.find(header.substring(SCHEME.length()).strip()));
        return token.map(found -> Uni.createFrom().item(Identities.of(found.name(), found.role())))
                .orElseGet(() -> Uni.createFrom().nullItem());
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, HttpHeaderNames.WWW_AUTHENTICATE, SCHEME.strip()));
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        if (!isPage(context)) {
            return Denials.unauthenticated(context);
        }
        // With a provider where people log in, the redirect is its mechanism's.
        return config.oidc().hasLogin() ? Uni.createFrom().item(false) : toLogin(context);
    }

    private static Uni<Boolean> toLogin(RoutingContext context) {
        context.response().setStatusCode(302).putHeader(HttpHeaderNames.LOCATION, "/login");
        return Uni.createFrom().item(true);
    }

    private static boolean isPage(RoutingContext context) {
        String path = context.normalizedPath();
        return context.request().method().equals(HttpMethod.GET)
                && !path.startsWith("/api/")
                && !path.startsWith("/q/");
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }

    @Override
    public int getPriority() {
        return BEFORE_OIDC;
    }
}
