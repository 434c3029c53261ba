package dev.godwit.migration.access;

import dev.godwit.migration.request.Requester;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;

/** Who sent the request at hand. */
@RequestScoped
public class Caller {

    private static final String SOMEBODY = "rest";

    private final SecurityIdentity identity;

    @Inject
    Caller(SecurityIdentity identity) {
        this.identity = identity;
    }

    /** Who is recorded as having asked. */
    public Requester requester() {
        return identity.getAttribute(Identities.UNPROVED) == null
                ? Requester.proved(identity.getPrincipal().getName())
                : Requester.claimed(SOMEBODY);
    }
}
