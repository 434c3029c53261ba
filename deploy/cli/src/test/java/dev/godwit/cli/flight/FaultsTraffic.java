package dev.godwit.cli.flight;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** An old application that goes on writing items under random ids, and visits that name them; it lives through outages of its database. */
final class FaultsTraffic implements AutoCloseable {
    private static final long PAUSE_NANOS = 25_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LiveStack stack;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::write, "traffic");

    FaultsTraffic(LiveStack stack) {
        this.stack = stack;
        thread.start();
    }

    private void write() {
        while (!ended.get()) {
            try (Connection connection = stack.connect()) {
                while (!ended.get()) {
                    insert(connection);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (SQLException outage) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** The visit comes after the item is committed, so that it may come after the item has moved. */
    private void insert(Connection connection) throws SQLException {
        UUID id = UUID.randomUUID();
        String item = "INSERT INTO faults.items VALUES (?, 'traffic ' || ?::text)";
        String visit = "INSERT INTO faults.visits (item_id) VALUES (?)";
        try (PreparedStatement insertItem = connection.prepareStatement(item);
                PreparedStatement insertVisit = connection.prepareStatement(visit)) {
            insertItem.setObject(1, id);
            insertItem.setObject(2, id);
            insertItem.execute();
            insertVisit.setObject(1, id);
            insertVisit.execute();
            acknowledged.add("traffic " + id);
        }
    }

    /** The name of an item that is written and acknowledged from now on. */
    String nextItem() {
        Set<String> before = Set.copyOf(acknowledged);
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> acknowledged.stream()
                                .filter(item -> !before.contains(item))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Ends the writing and names the items that the database acknowledged, each with its visit; it may hold a few more. */
    Set<String> stop() {
        ended.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return acknowledged;
    }

    @Override
    public void close() {
        stop();
    }
}
