package dev.godwit.migration.pace;

import java.time.Duration;

/**
 * Sizes batches by a target transaction time: a moving average of the time per entity, growth limited to doubling, halved on a timeout. Pure; one per run and
 * instance, shared by its workers; thread-safe.
 */
public final class BatchSizer {

    private static final double WEIGHT_OF_NEWEST = 0.3;
    private static final int FIRST = 100;

    private final int entitiesMax;
    private Duration target;
    private double entities;
    private double nanosPerEntity;

    public BatchSizer(Duration target, int entitiesMax) {
        this.target = target;
        this.entitiesMax = entitiesMax;
        this.entities = Math.min(FIRST, entitiesMax);
    }

    /** From now on batches are to take so long, as far as what is known of them tells. */
    public synchronized void aimAt(Duration time) {
        if (!time.equals(target)) {
            target = time;
            if (nanosPerEntity > 0) {
                entities = Math.min(entities, Math.max(1, wanted()));
            }
        }
    }

    /** How long a batch of so many entities is expected to take. */
    public synchronized Duration expected(int count) {
        return nanosPerEntity == 0 ? target : Duration.ofNanos((long) (count * nanosPerEntity));
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
        entities = Math.min(entitiesMax, Math.min(2 * entities, Math.max(1, wanted())));
    }

    private double wanted() {
        return target.toNanos() / nanosPerEntity;
    }

    /** A batch ran into a timeout. */
    public synchronized void timedOut() {
        entities = Math.max(1, entities / 2);
    }
}
