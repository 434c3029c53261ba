package dev.godwit.migration.pace;

import java.time.Duration;
import java.time.Instant;

/**
 * A run's schedule, with one moment in it: when the next batch may begin. A batch moves that moment on by what it costs by the run's {@link Tariff}, so whoever asks next
 * waits for that long, and workers that share the moment share the pace, in the order in which they ask.
 *
 * <p>Time that nobody used is lost, but for a little that evens out late wake-ups: there is no burst after a pause. Pure; the moment lives in the database.
 */
final class Schedule {

    /** How late a batch may begin without losing its time. */
    private static final Duration LATE = Duration.ofMillis(200);

    private Schedule() {}

    /**
     * Where the schedule stands after a worker asked.
     *
     * @param free when the batch after this may begin
     * @param delay how long the worker must wait; zero when it may begin
     * @param granted whether the worker may begin after that delay; else it asks again, and nothing was set aside for it
     */
    record Answer(Instant free, Duration delay, boolean granted) {}

    /**
     * Sets time aside for a batch.
     *
     * @param free when the next batch may begin
     * @param cost by how much the batch is expected to move that on
     * @param patience the longest wait for which anything is set aside
     */
    static Answer ask(Instant free, Instant now, Duration cost, Duration patience) {
        Instant earliest = now.minus(LATE);
        Instant start = free.isBefore(earliest) ? earliest : free;
        Duration delay = start.isAfter(now) ? Duration.between(now, start) : Duration.ZERO;
        return delay.compareTo(patience) > 0
                ? new Answer(free, patience, false)
                : new Answer(start.plus(cost), delay, true);
    }
}
