package dev.godwit.audit.access;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** The dashboard's login: a static token stands where forms have a password; whose it is need not be said. */
@ApplicationScoped
class TokenLogin implements IdentityProvider<UsernamePasswordAuthenticationRequest> {

    private final StaticTokens tokens;

    @Inject
    TokenLogin(StaticTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
        return UsernamePasswordAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
        return Uni.createFrom()
                .item(() -> tokens.find(new String(request.getPassword().getPassword()).strip())
                        .map(token -> Identities.of(token.name(), token.role()))
                        .orElseThrow(() -> new AuthenticationFailedException("nobody's token")));
    }
}
