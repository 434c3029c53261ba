package dev.godwit.cli.bench;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a round used of the processors; microseconds per entity.
 *
 * @param floor the session that did the work by hand
 * @param godwit the sessions of migration-service, until the last batch had committed
 * @param others what else was at work meanwhile, by name
 */
record CpuUse(double floor, double godwit, Map<String, Double> others) {

    /** From one moment to another. */
    record Span(Instant from, Instant to) {}

    /**
     * @param byHand processor seconds by group while the floor was at work
     * @param migrating the same while Godwit was
     */
    static CpuUse of(Map<String, Double> byHand, Map<String, Double> migrating, int entities) {
        double perEntity = 1e6 / entities;
        Map<String, Double> others = new TreeMap<>();
        migrating.forEach((group, seconds) -> others.put(group, seconds * perEntity));
        others.keySet().removeAll(Set.of(CpuWatch.FLOOR, CpuWatch.GODWIT));
        return new CpuUse(
                byHand.getOrDefault(CpuWatch.FLOOR, 0.0) * perEntity,
                migrating.getOrDefault(CpuWatch.GODWIT, 0.0) * perEntity,
                others);
    }

    /** The rate per second of processor time that Godwit reaches, as a share of the floor's. */
    double ratio() {
        return godwit == 0 ? 0 : floor / godwit;
    }
}
