package dev.godwit.migration.access;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * From what an OpenID Connect provider says to a role. Static tokens do not come this way.
 *
 * <p>Who has none of the values that are configured has no role: known, but allowed nothing.
 */
@ApplicationScoped
class OidcRoles implements SecurityIdentityAugmentor {

    private final AccessConfig.Oidc config;

    @Inject
    OidcRoles(AccessConfig config) {
        this.config = config.oidc();
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return identity.isAnonymous() || identity.getAttribute(Identities.KNOWN) != null
                ? Uni.createFrom().item(identity)
                : Uni.createFrom().item(() -> known(identity));
    }

    private SecurityIdentity known(SecurityIdentity identity) {
        String name = identity.getPrincipal().getName();
        if (name == null || !Names.areGood(name)) {
            throw new AuthenticationFailedException("the token names nobody");
        }
        var builder = QuarkusSecurityIdentity.builder()
                .setPrincipal(identity.getPrincipal())
                .addCredentials(identity.getCredentials())
                .addAttributes(identity.getAttributes());
        role(identity).ifPresent(role -> builder.addRoles(role.granted()));
        return builder.build();
    }

    private Optional<Role> role(SecurityIdentity identity) {
        if (identity.hasRole(config.admin())) {
            return Optional.of(Role.ADMIN);
        }
        if (identity.hasRole(config.operator())) {
            return Optional.of(Role.OPERATOR);
        }
        return identity.hasRole(config.viewer()) ? Optional.of(Role.VIEWER) : Optional.empty();
    }
}
