package dev.godwit.migration.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.Set;

/**
 * Static bearer tokens, asked before OIDC is. A token that is none of them is left to OIDC.
 *
 * <p>The owner of a token that is marked as a delegate's may act for somebody: {@value #ACTING_FOR} names them, {@value #ACTING_ROLE} their role. They may do no more
 * than the owner of the token.
 */
@ApplicationScoped
class TokenMechanism implements HttpAuthenticationMechanism {

    static final String ACTING_FOR = "Godwit-Acting-For";
    static final String ACTING_ROLE = "Godwit-Acting-Role";

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
        return token.map(found -> Uni.createFrom().item(identity(found, context)))
                .orElseGet(() -> Uni.createFrom().nullItem());
    }

    private static SecurityIdentity identity(StaticToken token, RoutingContext context) {
        String other = context.request().getHeader(ACTING_FOR);
        if (other == null) {
            return Identities.of(token.name(), token.role());
        }
        Role role = Role.find(String.valueOf(context.request().getHeader(ACTING_ROLE)))
                .orElseThrow(() -> new AuthenticationFailedException("no role to act in"));
        if (!token.delegate() || !Names.areGood(other)) {
            throw new AuthenticationFailedException("not somebody who acts for others");
        }
        return Identities.of(other, token.role().atMost(role));
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, HttpHeaderNames.WWW_AUTHENTICATE, SCHEME.strip()));
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        return Denials.unauthenticated(context);
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
