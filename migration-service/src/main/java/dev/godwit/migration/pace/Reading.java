package dev.godwit.migration.pace;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a signal said when it was last read.
 *
 * @param value empty when there is nothing to read, such as the lag of standbys where there are none, or when it could not be read
 * @param unknown why it could not be read
 */
public record Reading(Signal signal, OptionalDouble value, Optional<String> unknown) {

    /** Below this share of its soft limit, a signal lets a run go faster; between there and the limit lies the dead band. */
    static final double DEAD_BAND = 0.7;

    /** What a reading means for a run. */
    enum Standing {
        /** There is nothing to read. */
        ABSENT,
        /** All is well. */
        GOOD,
        /** Near the soft limit: a run stays as it is. */
        NEAR,
        /** Beyond the soft limit: a run gives way. */
        SOFT,
        /** Beyond the hard limit: a run stops. */
        HARD,
        /** It could not be read, which is never taken for good. */
        UNKNOWN;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Reading of(Signal signal, double value) {
        return new Reading(signal, OptionalDouble.of(value), Optional.empty());
    }

    static Reading absent(Signal signal) {
        return new Reading(signal, OptionalDouble.empty(), Optional.empty());
    }

    static Reading unknown(Signal signal, String why) {
        return new Reading(signal, OptionalDouble.empty(), Optional.of(why));
    }

    Standing standing() {
        if (unknown.isPresent()) {
            return Standing.UNKNOWN;
        }
        if (value.isEmpty()) {
            return Standing.ABSENT;
        }
        double now = value.getAsDouble();
        if (now >= signal.hard()) {
            return Standing.HARD;
        }
        if (now >= signal.soft()) {
            return Standing.SOFT;
        }
        return now >= DEAD_BAND * signal.soft() ? Standing.NEAR : Standing.GOOD;
    }

    /** Whether a run that was stopped by this signal stays so: a stop ends half way back to the soft limit, so that it does not come and go. */
    boolean keepsStopped() {
        return unknown.isPresent() || value.orElse(0) >= (signal.soft() + signal.hard()) / 2;
    }

    /** For people. */
    String describe() {
        return unknown.map(why -> signal.name() + " is not known: " + why)
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "%s %s %s (limits %s and %s)",
                        signal.name(),
                        figure(value.orElse(0)),
                        signal.unit(),
                        figure(signal.soft()),
                        figure(signal.hard())));
    }

    private static String figure(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
