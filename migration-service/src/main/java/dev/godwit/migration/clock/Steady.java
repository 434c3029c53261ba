package dev.godwit.migration.clock;

import java.time.Instant;

/**
 * Moments for whoever waits, or works for a while: they pass as time does, whatever somebody does to the machine's clock. That may jump by hours, in either direction; a deadline by
 * it would come at once, or not before the clock has caught up.
 *
 * <p>They mean something to this process only, and are neither written down nor sent.
 */
public final class Steady {
    private Steady() {}

    /** The moment of now: only its distance to others tells anything. */
    public static Instant now() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
