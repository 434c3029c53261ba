package dev.godwit.migration.clock;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Compares the machine's clock with time as it passes, look by look: what a clock loses slowly is no step. Not for several threads. */
final class ClockStep {

    /** Kafka waits longer than that for a client that says nothing. */
    static final Duration TOLERANCE = Duration.ofSeconds(20);

    private long wallMillis;
    private long nanos;

    ClockStep(long wallMillis, long nanos) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
    }

    /** Whether the clock was set back by more than is tolerated since the last look. */
    boolean isBack(long wallMillisNow, long nanosNow) {
        long passed = TimeUnit.NANOSECONDS.toMillis(nanosNow - nanos);
        long shown = wallMillisNow - wallMillis;
        wallMillis = wallMillisNow;
        nanos = nanosNow;
        return passed - shown > TOLERANCE.toMillis();
    }
}
