package dev.godwit.cli.measure;

import dev.godwit.cli.Failure;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting, with an end. */
public final class Pause {
    private static final Duration STEP = Duration.ofMillis(50);

    private final Duration patience;

    /** @param patience how long something that must come is waited for */
    public Pause(Duration patience) {
        this.patience = patience;
    }

    /** Asked again and again. */
    public interface Question<E extends Exception> {
        boolean isAnswered() throws E;
    }

    /** @throws Failure when the answer is no until the time is up */
    public <E extends Exception> void until(Question<E> question) throws E {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!question.isAnswered()) {
            if (System.nanoTime() > deadline) {
                throw Failure.failed("waited " + patience.toSeconds() + " s in vain");
            }
            sleep(STEP);
        }
    }

    /** @throws Failure when somebody interrupts it */
    public static void sleep(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw Failure.failed("interrupted");
            }
        }
    }
}
