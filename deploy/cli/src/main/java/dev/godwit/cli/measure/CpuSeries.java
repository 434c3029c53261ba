package dev.godwit.cli.measure;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much processor time groups of processes had used up at moments, for differences between moments. A process that ends keeps what it had used when it was last seen;
 * one that comes later counts from its birth. Not safe for several threads.
 */
public final class CpuSeries {

    /**
     * A process as it is seen at one moment.
     *
     * @param identity tells it from all others, also from a later one with the same number
     * @param cpuSeconds since its birth
     */
    public record Seen(String identity, String group, double cpuSeconds) {}

    private final NavigableMap<Long, Map<String, Double>> totals = new TreeMap<>();
    private final Map<String, Double> known = new HashMap<>();
    private Map<String, Double> current = new HashMap<>();

    /**
     * Adds a moment, not earlier than those before.
     *
     * @param atMillis of the wall clock
     */
    public void add(long atMillis, Iterable<Seen> processes) {
        boolean first = totals.isEmpty();
        Map<String, Double> next = new HashMap<>(current);
        for (Seen seen : processes) {
            double before = known.getOrDefault(seen.identity(), first ? seen.cpuSeconds() : 0);
            known.put(seen.identity(), seen.cpuSeconds());
            next.merge(seen.group(), seen.cpuSeconds() - before, Double::sum);
        }
        current = next;
        totals.put(atMillis, next);
    }

    /** All groups that were ever seen. */
    public Set<String> groups() {
        return Set.copyOf(current.keySet());
    }

    /** Processor seconds of a group between two moments of the wall clock; between samples it is taken to be used evenly. */
    public double between(String group, long fromMillis, long toMillis) {
        return at(group, toMillis) - at(group, fromMillis);
    }

    private double at(String group, long millis) {
        Map.Entry<Long, Map<String, Double>> before = totals.floorEntry(millis);
        Map.Entry<Long, Map<String, Double>> after = totals.ceilingEntry(millis);
        if (before == null || after == null) {
            Map.Entry<Long, Map<String, Double>> nearest = before == null ? after : before;
            return nearest == null ? 0 : nearest.getValue().getOrDefault(group, 0.0);
        }
        double low = before.getValue().getOrDefault(group, 0.0);
        double high = after.getValue().getOrDefault(group, 0.0);
        long width = after.getKey() - before.getKey();
        return width == 0 ? low : low + (high - low) * (millis - before.getKey()) / width;
    }
}
