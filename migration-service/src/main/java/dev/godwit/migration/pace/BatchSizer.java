package dev.godwit.migration.pace;

import java.time.Duration;

/**
 * Sizes batches by a target transaction time, growth limited to doubling, halved on a timeout. Pure; one per run and instance, shared by its workers; thread-safe.
 *
 * <p>A batch takes its time even without entities, the more so when the machine is busy. That is told apart from what each entity takes, by moving averages of sizes and
 * times: smaller batches would not shorten it, but waste it more often. So entities get at least half of the target, whatever else a batch takes.
 */
public final class BatchSizer {

    private static final double WEIGHT_OF_NEWEST = 0.3;
    private static final double SHARE_OF_ENTITIES_MIN = 0.5;
    private static final double ALIKE = 1e-6;

    /** Of times that hardly depend on the size, noise would make a slope of zero or less. */
    private static final double SLOPE_MIN = 0.05;

    private static final int FIRST = 100;

    private final int entitiesMax;
    private Duration target;
    private double entities;
    private double meanCount;
    private double meanNanos;
    private double meanSquare;
    private double meanProduct;

    public BatchSizer(Duration target, int entitiesMax) {
        this.target = target;
        this.entitiesMax = entitiesMax;
        this.entities = Math.min(FIRST, entitiesMax);
    }

    /** From now on batches are to take so long, as far as what is known of them tells. */
    public synchronized void aimAt(Duration time) {
        if (!time.equals(target)) {
            target = time;
            if (meanCount > 0) {
                entities = Math.min(entities, Math.max(1, wanted()));
            }
        }
    }

    /** How long a batch of so many entities is expected to take. */
    public synchronized Duration expected(int count) {
        return meanCount == 0 ? target : Duration.ofNanos((long) (fixedNanos() + count * nanosPerEntity()));
    }

    /** How many entities the next batch should have, at least 1. */
    public synchronized int next() {
        return Math.max(1, (int) entities);
    }

    /** A batch of so many entities took so long. */
    public synchronized void took(int count, Duration duration) {
        if (count == 0) {
            return;
        }
        double nanos = duration.toNanos();
        double weight = meanCount == 0 ? 1 : WEIGHT_OF_NEWEST;
        meanCount += weight * (count - meanCount);
        meanNanos += weight * (nanos - meanNanos);
        meanSquare += weight * ((double) count * count - meanSquare);
        meanProduct += weight * (count * nanos - meanProduct);
        entities = Math.min(entitiesMax, Math.min(2 * entities, Math.max(1, wanted())));
    }

    private double wanted() {
        double forEntities = Math.max(target.toNanos() - fixedNanos(), target.toNanos() * SHARE_OF_ENTITIES_MIN);
        return forEntities / nanosPerEntity();
    }

    /** What a batch takes without entities; never less than nothing, as the slope is at most the average. */
    private double fixedNanos() {
        return meanNanos - nanosPerEntity() * meanCount;
    }

    /** The slope of a straight line through sizes and times; where all sizes are alike it cannot be told, and all of the time counts. */
    private double nanosPerEntity() {
        double average = meanNanos / meanCount;
        double variance = meanSquare - meanCount * meanCount;
        if (variance < ALIKE * meanSquare) {
            return average;
        }
        double slope = (meanProduct - meanCount * meanNanos) / variance;
        return Math.min(average, Math.max(average * SLOPE_MIN, slope));
    }

    /** A batch ran into a timeout. */
    public synchronized void timedOut() {
        entities = Math.max(1, entities / 2);
    }
}
