package dev.godwit.audit.access;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TrustedAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Who logged in before: the cookie holds the name, encrypted by Quarkus; the role is looked up each time, so that a token that was taken away ends its sessions. */
@ApplicationScoped
class Session implements IdentityProvider<TrustedAuthenticationRequest> {

    private final StaticTokens tokens;

    @Inject
    Session(StaticTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Class<TrustedAuthenticationRequest> getRequestType() {
        return TrustedAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            TrustedAuthenticationRequest request, AuthenticationRequestContext context) {
        return Uni.createFrom().item(() -> tokens.named(request.getPrincipal())
                .map(token -> Identities.of(token.name(), token.role()))
                .orElseGet(Identities::nobody));
    }
}
