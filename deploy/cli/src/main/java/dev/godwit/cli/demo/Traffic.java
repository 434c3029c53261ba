package dev.godwit.cli.demo;

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
 * <p>At first old code runs: it makes random ids and writes ids that it read at its start. {@link #retireOldCode()} deploys the newer code, as an operator would
 * once every old row has moved. Failure semantics: a collision is repeated, a lost connection is opened again; anything else ends the traffic, and
 * {@link #failure()} tells what it was.
 */
final class Traffic implements AutoCloseable {

    /** Opens a connection to the application's database. */
    interface Connections {
        Connection open() throws SQLException;
    }

    private static final int WRITES_PER_THREAD = 50;
    private static final int THREADS_MAX = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Connections connections;
    private final Ledger ledger = new Ledger();
    private final TrafficCounts counts = new TrafficCounts();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final CountDownLatch onNewCode;
    private final long startNanos = System.nanoTime();
    private volatile boolean newCode;
    private volatile boolean stopping;
    private volatile long stopNanos;

    private Traffic(Connections connections, int threadCount) {
        this.connections = connections;
        this.onNewCode = new CountDownLatch(threadCount);
    }

    /**
     * Starts the traffic and returns when every thread has read what it will remember.
     *
     * @param writesPerSecond of all threads together
     */
    static Traffic start(Connections connections, int writesPerSecond, long seed) throws SQLException {
        int threadCount = Math.min(THREADS_MAX, 1 + writesPerSecond / WRITES_PER_THREAD);
        Traffic traffic = new Traffic(connections, threadCount);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int share = 0; share < threadCount; share++) {
            SplittableRandom random = seeds.split();
            Memory memory = new Memory(random);
            try (Connection connection = connections.open()) {
                memory.learn(connection, share, threadCount);
            }
            if (memory.isEmpty()) {
                // Too few users for so many threads: the others write the more.
                traffic.onNewCode.countDown();
                continue;
            }
            Thread thread = new Thread(
                    () -> traffic.run(memory, random, (double) writesPerSecond / threadCount), "traffic-" + share);
            thread.setDaemon(true);
            traffic.threads.add(thread);
        }
        traffic.threads.forEach(Thread::start);
        return traffic;
    }

    private void run(Memory memory, SplittableRandom random, double rate) {
        Pace pace = new Pace(rate);
        boolean onOldCode = true;
        while (!stopping && failure.get() == null) {
            try (Connection connection = connections.open()) {
                Application application = new Application(connection, memory, ledger, counts, random);
                while (!stopping && failure.get() == null) {
                    long due = pace.awaitTurn();
                    boolean newer = newCode;
                    if (newer && onOldCode) {
                        onOldCode = false;
                        onNewCode.countDown();
                    }
                    write(connection, application, random, newer);
                    counts.latencies.add(System.nanoTime() - due);
                }
            } catch (SQLException e) {
                if (!connectionLost(e)) {
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
    private void write(Connection connection, Application application, SplittableRandom random, boolean newer)
            throws SQLException {
        int choice = random.nextInt(100);
        while (true) {
            try {
                counts.written(writeOne(application, choice, newer));
                return;
            } catch (SQLException e) {
                if (!collision(e)) {
                    throw e;
                }
                connection.rollback();
                connection.setAutoCommit(true);
                counts.contended.increment();
            }
        }
    }

    private static String writeOne(Application application, int choice, boolean newer) throws SQLException {
        if (choice < 8) {
            application.upload(true);
            return "uploads by newer code";
        } else if (choice < 16) {
            application.upload(newer);
            return newer ? "uploads by newer code" : "uploads by old code";
        } else if (choice < 17 && !newer) {
            application.uploadAgain();
            return "second uploads of a file";
        } else if (choice < 40) {
            application.retitle(newer);
            return "title updates";
        } else if (choice < 55) {
            application.addChunk(newer);
            return "chunks added";
        } else if (choice < 63) {
            application.annotate(newer);
            return "annotations";
        } else if (choice < 75) {
            application.logSearch(newer);
            return "search log";
        } else if (choice < 81) {
            application.pin(newer);
            return "pins in arrays";
        } else if (choice < 87) {
            application.openLast(newer);
            return "settings in JSON";
        } else if (choice < 93) {
            application.logActivity(newer);
            return "paths in text";
        } else if (choice < 97) {
            application.comment(newer);
            return "polymorphic comments";
        }
        application.preview(newer);
        return "previews";
    }

    private static boolean collision(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.equals("40001") || state.equals("40P01") || state.equals("55P03");
    }

    private static boolean connectionLost(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57P");
    }

    /** Deploys the newer code on every thread; when this returns, no write of the old code is under way any more. */
    void retireOldCode() throws InterruptedException {
        newCode = true;
        if (!onNewCode.await(PATIENCE.toSeconds(), TimeUnit.SECONDS) && failure.get() == null) {
            throw new IllegalStateException(
                    "a write of the old code has been waiting for " + PATIENCE.toSeconds() + " s");
        }
    }

    /** Ends the traffic; when this returns, every write is acknowledged or was never sent. */
    void stop() throws InterruptedException {
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

    Ledger ledger() {
        return ledger;
    }

    TrafficCounts counts() {
        return counts;
    }

    /** What ended the traffic before its time. */
    Optional<Exception> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Acknowledged writes per second since the start, up to now or to the stop. */
    double achievedRate() {
        long end = stopping ? stopNanos : System.nanoTime();
        return ledger.writes() * 1e9 / (end - startNanos);
    }
}
