package dev.godwit.migration.chunk;

import java.time.Duration;

/**
 * Sizes batches by a target transaction time: a moving average of the time per entity, growth limited to doubling, halved on a timeout. Pure; one per run and
 * instance, shared by its workers; thread-safe.
 */
public final class BatchSizer {

    private static final double WEIGHT_OF_NEWEST = 0.3;
    private static final int FIRST = 100;

    private final Duration target;
    private final int entitiesMax;
    private double entities = FIRST;
    private double nanosPerEntity;

    public BatchSizer(Duration target, int entitiesMax) {
        this.target = target;
        this.entitiesMax = entitiesMax;
        this.entities = Math.min(FIRST, entitiesMax);
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
        double sample = (double) duration.toNanos() / count;
        nanosPerEntity =
                nanosPerEntity == 0 ? sample : WEIGHT_OF_NEWEST * sample + (1 - WEIGHT_OF_NEWEST) * nanosPerEntity;
        double wanted = target.toNanos() / nanosPerEntity;
        entities = Math.min(entitiesMax, Math.min(2 * entities, Math.max(1, wanted)));
    }

    /** A batch ran into a timeout. */
    public synchronized void timedOut() {
        entities = Math.max(1, entities / 2);
    }
}
