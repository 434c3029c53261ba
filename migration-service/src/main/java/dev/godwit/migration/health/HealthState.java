package dev.godwit.migration.health;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** How a measure stands; in the order in which several of them count. What could not be measured is never healthy. */
public enum HealthState {
    /** Within its limits. */
    OK,
    /** There is nothing to measure, such as no row made lately. */
    EMPTY,
    /** Beyond the limit of a warning. */
    WARN,
    /** Nobody knows. */
    UNKNOWN,
    /** Beyond the critical limit. */
    CRITICAL;

    /** Name in events and answers. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static HealthState named(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }

    /** The state of a whole with these parts; nothing measured is nothing known. */
    static HealthState worst(Collection<HealthState> states) {
        return states.stream().max(Comparator.naturalOrder()).orElse(UNKNOWN);
    }
}
