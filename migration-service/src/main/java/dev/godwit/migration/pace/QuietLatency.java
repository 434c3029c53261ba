package dev.godwit.migration.pace;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * What a probe takes on this database when it is not busy, learned from the probes: it follows better ones at once and worse ones slowly. So a fast disk is noticed to be
 * slow long before the limit that suits all disks is reached. Not thread-safe.
 */
final class QuietLatency {

    /** So many times the quiet latency is too much. */
    private static final double TOLERANCE = 4;

    /** Below this many milliseconds nobody is disturbed, however quiet it was before. */
    private static final double NEVER_BELOW = 5;

    private static final double DOWN = 0.3;
    private static final double UP = 0.002;
    private static final int KEPT = 5;

    private final Deque<Double> newest = new ArrayDeque<>();
    private double quiet = Double.NaN;

    /** A probe took so many milliseconds. */
    void took(double millis) {
        newest.addLast(millis);
        if (newest.size() > KEPT) {
            newest.removeFirst();
        }
        double now = now();
        quiet = Double.isNaN(quiet) ? now : quiet + (now < quiet ? DOWN : UP) * (now - quiet);
    }

    /** A probe got no answer in so many milliseconds: that is no single stall. */
    void late(double millis) {
        newest.clear();
        newest.addLast(millis);
    }

    /** The median of the newest probes, in milliseconds: one that was stalled says nothing yet. */
    double now() {
        double[] sorted =
                newest.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0
                ? Double.NaN
                : Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
    }

    /** The soft limit in milliseconds that suits this database. */
    double limit(double configured) {
        return Math.min(configured, Math.max(NEVER_BELOW, TOLERANCE * quiet));
    }
}
