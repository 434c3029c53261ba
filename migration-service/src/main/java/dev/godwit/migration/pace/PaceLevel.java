package dev.godwit.migration.pace;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much of the database's time a run may take at most. Whatever the level, a signal beyond its hard limit stops the run until it is over. */
public enum PaceLevel {
    /** For hours in which the application is busy. */
    GENTLE,
    /** What a run has that asks for nothing else. */
    NORMAL,
    /** As fast as it goes: no limit but the hard ones. */
    FULL;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty when no level is called that. */
    public static Optional<PaceLevel> find(String name) {
        return Arrays.stream(values())
                .filter(level -> level.wireName().equals(name))
                .findFirst();
    }

    /** For names that were checked before they were stored. */
    public static PaceLevel ofWireName(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("no pace is called " + name));
    }
}
