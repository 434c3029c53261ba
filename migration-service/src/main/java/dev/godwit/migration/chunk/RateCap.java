package dev.godwit.migration.chunk;

import java.time.Duration;
import java.time.Instant;

/**
 * A cap in entities per second, as a schedule with one moment in it: when the next batch may begin. A batch of n entities moves that moment on by n times the time that
 * the cap leaves for one, so whoever asks next waits for that long, and workers that share the moment share the cap, in the order in which they ask.
 *
 * <p>Time that nobody used is lost, but for a little that evens out late wake-ups: there is no burst after a pause. Pure; the moment lives in the database.
 */
record RateCap(int perSecond) {

    /** The most that one batch takes out of the cap at once. */
    private static final Duration BATCH = Duration.ofMillis(200);

    /** How late a batch may begin without losing its time. */
    private static final Duration LATE = Duration.ofMillis(200);

    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    RateCap {
        if (perSecond < 1) {
            throw new IllegalArgumentException("a cap is at least one entity per second, not " + perSecond);
        }
    }

    /**
     * Where the schedule stands after a worker asked.
     *
     * @param free when the batch after this may begin
     * @param delay how long the worker must wait; zero when it may begin
     * @param granted whether the worker may begin after that delay; else it asks again, and nothing was set aside for it
     */
    record Answer(Instant free, Duration delay, boolean granted) {}

    /** The size of a batch that wants to be this large: a fraction of a second's worth, and at least one. */
    int batch(int wanted) {
        long most = perSecond * BATCH.toMillis() / 1000;
        return (int) Math.max(1, Math.min(wanted, most));
    }

    /** The schedule after a batch turned out larger (positive) or smaller (negative) than was set aside for it. */
    Instant settled(Instant free, int difference) {
        return free.plusNanos(nanos(difference));
    }

    /**
     * Sets time aside for a batch.
     *
     * @param free when the next batch may begin
     * @param patience the longest wait for which anything is set aside
     */
    Answer ask(Instant free, Instant now, int entities, Duration patience) {
        Instant earliest = now.minus(LATE);
        Instant start = free.isBefore(earliest) ? earliest : free;
        Duration delay = start.isAfter(now) ? Duration.between(now, start) : Duration.ZERO;
        return delay.compareTo(patience) > 0
                ? new Answer(free, patience, false)
                : new Answer(start.plusNanos(nanos(entities)), delay, true);
    }

    private long nanos(int entities) {
        return entities * NANOS_PER_SECOND / perSecond;
    }
}
