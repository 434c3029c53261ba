package dev.godwit.audit.access;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;

/** Makes what Quarkus knows somebody by. */
final class Identities {

    /** Attribute of those who proved nothing because they need not. */
    static final String UNPROVED = "godwit.unproved";

    /** Attribute of those whose role is known already. */
    static final String KNOWN = "godwit.known";

    private Identities() {}

    /** Somebody with this role and all that it includes. */
    static SecurityIdentity of(String name, Role role) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(name))
                .addRoles(role.granted())
                .addAttribute(KNOWN, true)
                .build();
    }

    /** Somebody who was known once. */
    static SecurityIdentity nobody() {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(""))
                .setAnonymous(true)
                .build();
    }

    /** Whoever reaches a service that asks for no proof. */
    static SecurityIdentity anybody() {
        return QuarkusSecurityIdentity.builder(of("anybody", Role.ADMIN))
                .addAttribute(UNPROVED, true)
                .build();
    }
}
