package dev.godwit.cli.measure;

import java.time.Duration;
import java.util.Arrays;

/** Durations gathered by several threads, every one of them kept, so that quantiles are exact. */
public final class Latencies {

    private long[] nanos = new long[1024];
    private int size;

    public synchronized void add(long durationNanos) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = durationNanos;
    }

    /** Adds everything that the other has. */
    public void addAll(Latencies other) {
        for (long value : other.sorted()) {
            add(value);
        }
    }

    public synchronized int count() {
        return size;
    }

    /** The smallest duration that at least this share of all do not exceed; zero when there are none. */
    public Duration quantile(double share) {
        long[] sorted = sorted();
        if (sorted.length == 0) {
            return Duration.ZERO;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return Duration.ofNanos(sorted[Math.max(0, rank - 1)]);
    }

    /** The same in milliseconds with their fraction. */
    public double quantileMillis(double share) {
        return quantile(share).toNanos() / 1e6;
    }

    private synchronized long[] sorted() {
        long[] copy = Arrays.copyOf(nanos, size);
        Arrays.sort(copy);
        return copy;
    }
}
