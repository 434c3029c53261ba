package dev.godwit.cli.client;

import dev.godwit.cli.Failure;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for a run to get somewhere by asking again and again. A service that is restarted meanwhile does not end the wait; one that stays
 * away does.
 */
public final class RunWatch {
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();
    private static final Duration OUTAGE = Duration.ofMinutes(2);

    private final MigrationClient client;
    private final Consumer<Run> seen;
    private final Consumer<String> trouble;

    /**
     * @param seen hears every state of the run that was read
     * @param trouble hears, once per outage, that the service does not answer
     */
    public RunWatch(MigrationClient client, Consumer<Run> seen, Consumer<String> trouble) {
        this.client = client;
        this.seen = seen;
        this.trouble = trouble;
    }

    /** A watch that tells nobody. */
    public static RunWatch silent(MigrationClient client) {
        return new RunWatch(client, run -> {}, message -> {});
    }

    /** Returns when the run stays as it is until somebody gives a command. */
    public Run untilSettled(String run) {
        return until(run, Run::isSettled);
    }

    /** As {@link #untilSettled}, for a command that was just given: the state it found does not count. */
    public Run untilSettledAfter(Run before) {
        return until(before.id(), run -> run.isSettled() && run.version() > before.version());
    }

    /** Returns when a run that was asked to verify has answered, by a verification or by its end. */
    public Run untilVerified(String run) {
        return until(run, now -> now.isSettled() || !now.isVerifyAsked());
    }

    /** Returns the run as soon as the condition holds. */
    public Run until(String run, Predicate<Run> condition) {
        return poll(
                () -> client.run(run),
                seen,
                condition,
                "the run goes on without us: godwit status " + run + " --watch");
    }

    /**
     * Returns the series when no further run will be started, or none before the one in hand is told to complete.
     *
     * @param shown hears how it stood each time it was read
     */
    public Series untilOver(String series, Consumer<Series> shown) {
        return poll(
                () -> client.series(series),
                shown,
                now -> now.isOver() || now.isFollowing(),
                "the series goes on without us: godwit status " + series + " --watch");
    }

    private <T> T poll(Supplier<T> ask, Consumer<T> told, Predicate<T> condition, String goesOn) {
        long outageSince = 0;
        while (true) {
            try {
                T now = ask.get();
                outageSince = 0;
                told.accept(now);
                if (condition.test(now)) {
                    return now;
                }
            } catch (Failure failure) {
                outageSince = tolerate(failure, outageSince);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                throw Failure.failed("interrupted; " + goesOn);
            }
        }
    }

    private long tolerate(Failure failure, long outageSince) {
        long now = System.nanoTime();
        // A service that is starting, or whose database is, answers with a failure of its own.
        if (failure.exitCode() != dev.godwit.cli.ExitCode.FAILED
                || (outageSince != 0 && now - outageSince > OUTAGE.toNanos())) {
            throw failure;
        }
        if (outageSince == 0) {
            trouble.accept(failure.getMessage() + " (waiting)");
            return now;
        }
        return outageSince;
    }
}
