package dev.godwit.cli.demo;

import dev.godwit.cli.demo.Application.Worker;
import dev.godwit.cli.measure.Pace;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Live traffic at a fixed rate, over connections of its own.
 *
 * <p>At first old code runs. {@link #retireOldCode()} deploys the newer code, as an operator would once every old row has been dealt with. Failure semantics: a
 * collision is repeated, an outage is waited out; anything else ends the traffic, and {@link #failure()} tells what it was.
 */
public final class Traffic implements AutoCloseable {

    /** Opens a connection to the application's database. */
    public interface Connections {
        Connection open() throws SQLException;
    }

    private static final int WRITES_PER_THREAD = 50;
    private static final int THREADS_MAX = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Connections connections;
    private final Application application;
    private final TrafficCounts counts = new TrafficCounts();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final CountDownLatch onNewCode;
    private final long startNanos = System.nanoTime();
    private volatile boolean newCode;
    private volatile boolean stopping;
    private volatile long stopNanos;

    private Traffic(Connections connections, Application application, int threadCount) {
        this.connections = connections;
        this.application = application;
        this.onNewCode = new CountDownLatch(threadCount);
    }

    /**
     * Starts the traffic and returns when every thread has read what it will remember.
     *
     * @param writesPerSecond of all threads together
     */
    public static Traffic start(Connections connections, Application application, int writesPerSecond, long seed)
            throws SQLException {
        int threadCount = Math.min(THREADS_MAX, 1 + writesPerSecond / WRITES_PER_THREAD);
        Traffic traffic = new Traffic(connections, application, threadCount);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int share = 0; share < threadCount; share++) {
            SplittableRandom random = seeds.split();
            Optional<Worker> worker = traffic.worker(share, threadCount, random);
            if (worker.isEmpty()) {
                // Too few users for so many threads: the others write the more.
                traffic.onNewCode.countDown();
                continue;
            }
            Thread thread = new Thread(
                    () -> traffic.run(worker.get(), random, (double) writesPerSecond / threadCount),
                    "traffic-" + share);
            thread.setDaemon(true);
            traffic.threads.add(thread);
        }
        traffic.threads.forEach(Thread::start);
        return traffic;
    }

    private Optional<Worker> worker(int share, int shares, SplittableRandom random) throws SQLException {
        try (Connection connection = connections.open()) {
            return application.worker(connection, share, shares, random);
        }
    }

    private void run(Worker worker, SplittableRandom random, double rate) {
        Pace pace = new Pace(rate);
        boolean onOldCode = true;
        while (!stopping && failure.get() == null) {
            try (Connection connection = connections.open()) {
                while (!stopping && failure.get() == null) {
                    long due = pace.awaitTurn();
                    boolean newer = newCode;
                    if (newer && onOldCode) {
                        onOldCode = false;
                        onNewCode.countDown();
                    }
                    write(connection, worker, random.nextInt(100), newer);
                    counts.latencies.add(System.nanoTime() - due);
                }
            } catch (SQLException e) {
                if (!isOutage(e)) {
                    failure.compareAndSet(null, e);
                    return;
                }
                counts.reconnects.increment();
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
                return;
            }
        }
    }

    /** One write, repeated while it only collides with others. */
    private void write(Connection connection, Worker worker, int choice, boolean newer) throws SQLException {
        while (true) {
            try {
                counts.written(worker.write(connection, choice, newer));
                return;
            } catch (SQLException e) {
                if (!collision(e)) {
                    throw e;
                }
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
                counts.contended.increment();
            }
        }
    }

    private static boolean collision(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.equals("40001") || state.equals("40P01") || state.equals("55P03");
    }

    /** Whether the database is away, or has no room: what was under way may or may not have been committed. */
    public static boolean isOutage(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    /** Deploys the newer code on every thread; when this returns, no write of the old code is under way any more. */
    public void retireOldCode() throws InterruptedException {
        newCode = true;
        if (!onNewCode.await(PATIENCE.toSeconds(), TimeUnit.SECONDS) && failure.get() == null) {
            throw new IllegalStateException(
                    "a write of the old code has been waiting for " + PATIENCE.toSeconds() + " s");
        }
    }

    /** Ends the traffic; when this returns, every write is acknowledged or was never sent. */
    public void stop() throws InterruptedException {
        if (!stopping) {
            stopNanos = System.nanoTime();
            stopping = true;
        }
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                throw new IllegalStateException(
                        "a write of the traffic has been waiting for " + PATIENCE.toSeconds() + " s");
            }
        }
    }

    /** For the way out on an error: asks the threads to end and does not wait. */
    @Override
    public void close() {
        stopping = true;
    }

    TrafficCounts counts() {
        return counts;
    }

    /** What ended the traffic before its time. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Acknowledged writes per second since the start, up to now or to the stop. */
    double achievedRate() {
        long end = stopping ? stopNanos : System.nanoTime();
        return application.writes() * 1e9 / (end - startNanos);
    }
}
