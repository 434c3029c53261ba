package dev.godwit.cli.bench;

import dev.godwit.cli.measure.Latencies;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the tail lag from outside: how long after the COMMIT of an insert with a random id the row is visible under its deterministic id. It looks every two
 * milliseconds, so what it says is too long by up to that and by one query.
 */
final class TailProbe implements AutoCloseable {

    /** What the run was doing when the row was inserted. */
    enum Phase {
        NONE,
        BACKFILL,
        FOLLOWING
    }

    private record Inserted(UUID newId, Phase phase, long committedNanos) {}

    private static final Duration INTERVAL = Duration.ofMillis(2);

    private final Map<Phase, Latencies> lags = new EnumMap<>(Phase.class);
    private final ConcurrentLinkedQueue<Inserted> inserted = new ConcurrentLinkedQueue<>();
    private final AtomicReference<SQLException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile Phase phase = Phase.NONE;
    private volatile int waiting;
    private volatile boolean stopping;

    /** @param connection of its own, in auto-commit mode; stays the caller's to close */
    TailProbe(Connection connection) {
        for (Phase each : Phase.values()) {
            lags.put(each, new Latencies());
        }
        thread = new Thread(() -> watch(connection), "tail-probe");
        thread.setDaemon(true);
        thread.start();
    }

    void enter(Phase newPhase) {
        phase = newPhase;
    }

    /** Told by the load after the COMMIT of an insert. Rows inserted before the run's chunks were cut are not watched: the backfill comes to them when it does. */
    void inserted(UUID newId) {
        if (phase != Phase.NONE) {
            inserted.add(new Inserted(newId, phase, System.nanoTime()));
        }
    }

    private void watch(Connection connection) {
        Map<UUID, Inserted> outstanding = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT id FROM bench.documents WHERE id = ANY (?)")) {
            while (!stopping) {
                for (Inserted next = inserted.poll(); next != null; next = inserted.poll()) {
                    outstanding.put(next.newId(), next);
                }
                waiting = outstanding.size();
                if (!outstanding.isEmpty()) {
                    statement.setArray(
                            1,
                            connection.createArrayOf(
                                    "uuid", outstanding.keySet().toArray()));
                    try (ResultSet found = statement.executeQuery()) {
                        while (found.next()) {
                            Inserted seen = outstanding.remove(found.getObject(1, UUID.class));
                            lags.get(seen.phase()).add(System.nanoTime() - seen.committedNanos());
                        }
                    }
                }
                LockSupport.parkNanos(INTERVAL.toNanos());
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    Latencies lags(Phase of) {
        return lags.get(of);
    }

    /** Rows inserted during the run and not yet seen under their new id. */
    int waiting() {
        return waiting + inserted.size();
    }

    /** Ends the watch; rows still waiting are told by {@link #waiting()}. */
    void stop() throws SQLException, InterruptedException {
        close();
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    @Override
    public void close() {
        stopping = true;
    }
}
