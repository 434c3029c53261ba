package dev.godwit.cli.chaos;

import dev.godwit.cli.Failure;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that has to come to an end, carried out on a thread of its own: whatever hangs in it does not hang whoever asked for it. */
final class Bounded<T> {
    private final Duration patience;
    private final Duration grace;
    private volatile Thread thread;

    /**
     * @param patience how long it may take
     * @param grace how long it has, after that, to notice that nobody waits any more
     */
    Bounded(Duration patience, Duration grace) {
        this.patience = patience;
        this.grace = grace;
    }

    /** What is to be done when the time is up. */
    interface Late<T> {
        /** While it still hangs: looks at what it hangs in, and takes away what that waits for. */
        void rescue();

        /** What came of it. */
        T end();
    }

    /** @throws Exception as the work does */
    T await(Callable<T> work, Late<T> late) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        thread = new Thread(task, "bounded");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hangs) {
            interrupt();
            late.rescue();
            thread.join(grace.toMillis());
            return late.end();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /** Asks the work to end before its time. */
    void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
