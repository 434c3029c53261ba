package dev.godwit.migration.operation;

import java.util.Locale;

/** What became of an entity. The wire names are part of the contract of the outcome events. */
public enum OutcomeKind {
    MIGRATED,
    UNCHANGED,
    SKIPPED,
    CONFLICT,
    FAILED,
    REVERTED,
    DIVERGED;

    /** The name in events, REST and SQL columns. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a name written by {@link #wireName()}. */
    public static OutcomeKind ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
