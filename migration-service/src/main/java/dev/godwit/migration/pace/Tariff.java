package dev.godwit.migration.pace;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What batches cost: how much of a run's {@link Schedule} each takes up. A cap in entities per second and a share of the time may both hold; the dearer one counts. Pure.
 *
 * @param perSecond cap in entities per second, at least 1; empty: none
 * @param duty share of the time that batches of the run may take, over all its workers together; empty: all of it
 */
record Tariff(Optional<Integer> perSecond, OptionalDouble duty) {

    /** The most that one batch takes out of the cap at once. */
    private static final Duration BATCH = Duration.ofMillis(200);

    /** The longest that a run stands still for the time of one batch: of one that took so long the share says little, since most of it went by waiting. */
    private static final Duration STANDSTILL_MAX = Duration.ofMinutes(1);

    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    Tariff {
        if (perSecond.filter(cap -> cap < 1).isPresent()) {
            throw new IllegalArgumentException("a cap is at least one entity per second, not " + perSecond.get());
        }
        if (duty.isPresent() && !(duty.getAsDouble() > 0)) {
            throw new IllegalArgumentException("a share of the time is above zero, not " + duty.getAsDouble());
        }
    }

    static Tariff cap(int perSecond) {
        return new Tariff(Optional.of(perSecond), OptionalDouble.empty());
    }

    /** Whether no batch costs anything, so that nobody need keep a schedule. */
    boolean isFree() {
        return perSecond.isEmpty() && duty.isEmpty();
    }

    /** The size of a batch that wants to be this large: a fraction of a second's worth of the cap, and at least one. */
    int batch(int wanted) {
        return perSecond
                .map(cap -> (int) Math.max(1, Math.min(wanted, cap * BATCH.toMillis() / 1000)))
                .orElse(wanted);
    }

    /** By how much a batch of so many entities that takes so long moves the schedule on. */
    Duration cost(int entities, Duration took) {
        Duration byCount = byCount(entities);
        Duration byTime = byTime(took);
        return byCount.compareTo(byTime) > 0 ? byCount : byTime;
    }

    /** The most that a batch of so many entities can cost, however long it takes. */
    Duration most(int entities) {
        return cost(entities, STANDSTILL_MAX);
    }

    /** Whether it is the cap that counts for such a batch. */
    boolean isHeldByCap(int entities, Duration took) {
        return perSecond.isPresent() && byCount(entities).compareTo(byTime(took)) >= 0;
    }

    private Duration byCount(int entities) {
        return perSecond
                .map(cap -> Duration.ofNanos(entities * NANOS_PER_SECOND / cap))
                .orElse(Duration.ZERO);
    }

    private Duration byTime(Duration took) {
        return duty.isPresent()
                ? Duration.ofNanos(
                        (long) Math.min(STANDSTILL_MAX.toMillis() * 1e6, took.toNanos() / duty.getAsDouble()))
                : Duration.ZERO;
    }
}
