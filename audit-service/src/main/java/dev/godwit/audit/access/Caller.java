package dev.godwit.audit.access;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Who sent the request at hand. */
@Named("who")
@RequestScoped
public class Caller {

    private final SecurityIdentity identity;
    private final Optional<String> token;

    @Inject
    Caller(SecurityIdentity identity, AccessConfig config) {
        this.identity = identity;
        this.token = config.migrationToken();
    }

    /** Who is recorded as having asked: the name that was proved, else what was said, marked as a claim. */
    public String requestedBy(String said) {
        return isProved() ? name() : Names.CLAIMED + said;
    }

    /** Whether it was proved who it is, and may be recorded. */
    public boolean isProved() {
        return !identity.isAnonymous() && identity.getAttribute(Identities.UNPROVED) == null;
    }

    /** The name to show; {@code anybody} where nobody must prove who they are. */
    public String name() {
        return identity.getPrincipal().getName();
    }

    /** The greatest role; empty for somebody who is not known. */
    public Optional<Role> role() {
        return Arrays.stream(Role.values())
                .filter(role -> identity.hasRole(role.wireName()))
                .max(Comparator.naturalOrder());
    }

    /** Headers by which migration-service knows on whose behalf it is asked; none where nobody is known, or where it was not said what this service proves itself with. */
    public Map<String, String> actingFor() {
        Optional<Role> role = isProved() ? role() : Optional.empty();
        return role.isPresent() && token.isPresent()
                ? Map.of(
                        HttpHeaders.AUTHORIZATION,
                        "Bearer " + token.get(),
                        "Godwit-Acting-For",
                        name(),
                        "Godwit-Acting-Role",
                        role.get().wireName())
                : Map.of();
    }
}
