package dev.godwit.cli.measure;

import java.util.concurrent.locks.LockSupport;

/**
 * A fixed rate that does not slow down when what it paces does: each turn is due at its own time from the start on, so that waiting behind a slow turn counts
 * as latency of those behind it and is not left out.
 */
public final class Pace {

    private final long startNanos;
    private final double intervalNanos;
    private long turn;

    /** The first turn is due now. */
    public Pace(double turnsPerSecond) {
        this.startNanos = System.nanoTime();
        this.intervalNanos = 1e9 / turnsPerSecond;
    }

    /** Waits until the next turn is due, at once when it is overdue; answers when it was due, on the clock of {@link System#nanoTime()}. */
    public long awaitTurn() {
        long due = startNanos + (long) (turn++ * intervalNanos);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        return due;
    }
}
