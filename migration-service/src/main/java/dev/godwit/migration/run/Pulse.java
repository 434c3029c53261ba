package dev.godwit.migration.run;

import java.time.Duration;
import java.time.Instant;

/** Signs of life of something that goes on by itself, or ought to. Moments are {@link dev.godwit.migration.clock.Steady}'s. */
final class Pulse {

    private final Duration silence;
    private volatile Instant last;
    private volatile boolean over;

    /** @param silence how long it may be silent */
    Pulse(Duration silence, Instant now) {
        this.silence = silence;
        this.last = now;
    }

    void beat(Instant now) {
        last = now;
    }

    /** It has ended and does not begin again. */
    void end() {
        over = true;
    }

    boolean isAlive(Instant now) {
        return !over && !now.isAfter(last.plus(silence));
    }
}
