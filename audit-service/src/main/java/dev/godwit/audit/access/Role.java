package dev.godwit.audit.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What somebody may do. Each role may do what those before it may. */
public enum Role {
    /** Reads everything, changes nothing. */
    VIEWER,
    /** Starts runs and changes them. */
    OPERATOR,
    /** Also does what cannot be taken back, and what says that something was done elsewhere. */
    ADMIN;

    /** Name of {@link #ADMIN} for annotations. */
    public static final String ADMINS = "admin";

    /** The role of this name, if there is one. */
    public static Optional<Role> find(String name) {
        return Arrays.stream(values())
                .filter(role -> role.wireName().equals(name))
                .findFirst();
    }

    /** The name outside of Java. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Names of this role and of all that it includes. */
    Set<String> granted() {
        return Arrays.stream(values())
                .filter(role -> role.compareTo(this) <= 0)
                .map(Role::wireName)
                .collect(Collectors.toUnmodifiableSet());
    }
}
