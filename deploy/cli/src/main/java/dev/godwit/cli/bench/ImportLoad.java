package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.measure.Pace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Applications that write to both databases at a fixed rate: in the one that is read, submissions come, are retitled and go; in the one that is written, the application has
 * rows of its own. It remembers the latest changes, so that it can tell when they have arrived.
 */
final class ImportLoad implements AutoCloseable {

    private static final int REMEMBERED = 500;
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Connection there;
    private final Connection here;
    private final int rows;
    private final Map<Long, String> latest = new LinkedHashMap<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread[] threads;
    private volatile boolean stopping;
    private long lastCommit = System.nanoTime();
    private long writesThere;
    private long deletedThere;
    private long writesHere;

    /**
     * Starts to write.
     *
     * @param there a connection of its own to the database that is read; stays the caller's to close, as the other
     * @param rows how many submissions there are at first
     */
    ImportLoad(Connection there, Connection here, int writesPerSecond, int rows) {
        this.there = there;
        this.here = here;
        this.rows = rows;
        this.threads = new Thread[] {
            new Thread(() -> run(this::writeThere, writesPerSecond / 2.0), "load-there"),
            new Thread(() -> run(this::writeHere, writesPerSecond / 2.0), "load-here")
        };
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    private interface Writer {
        void write(SplittableRandom random) throws SQLException;
    }

    private void run(Writer writer, double rate) {
        SplittableRandom random = new SplittableRandom(7);
        Pace pace = new Pace(rate);
        try {
            while (!stopping) {
                pace.awaitTurn();
                writer.write(random);
            }
        } catch (SQLException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void writeThere(SplittableRandom random) throws SQLException {
        writesThere++;
        int choice = random.nextInt(10);
        long number = choice < 4 ? rows + writesThere : 1 + random.nextInt(rows);
        String title = "Written " + writesThere;
        if (choice < 4) {
            execute(
                    there,
                    "INSERT INTO bench.submission VALUES (?, ?, 7, '{\"pages\": 1}', '2025-01-01')",
                    number,
                    title);
        } else if (choice < 8) {
            title = execute(there, "UPDATE bench.submission SET title = ? WHERE id = ?", title, number) == 0
                    ? null
                    : title;
        } else {
            deletedThere += execute(there, "DELETE FROM bench.submission WHERE id = ?", number);
            title = null;
        }
        lastCommit = System.nanoTime();
        latest.remove(number);
        latest.put(number, title);
        if (latest.size() > REMEMBERED) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    private void writeHere(SplittableRandom random) throws SQLException {
        writesHere++;
        if (random.nextInt(10) < 5) {
            execute(here, "INSERT INTO bench.submission (title) VALUES (?)", "Own " + writesHere);
        } else {
            execute(here, "UPDATE bench.author SET id = id WHERE id = ?", (long) random.nextInt(1000));
        }
    }

    private static int execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Ends the load; answers writes to both databases. */
    long stop() throws Exception {
        close();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return writesThere + writesHere;
    }

    /** Rows that were deleted in the database that is read. */
    long deleted() {
        return deletedThere;
    }

    /** Once the load has ended: waits until its latest changes have arrived, and answers how many seconds after the last of them that was. */
    double awaitArrival() throws SQLException {
        Long[] numbers = latest.keySet().toArray(Long[]::new);
        while (System.nanoTime() - lastCommit < PATIENCE.toNanos()) {
            if (haveArrived(numbers)) {
                return (System.nanoTime() - lastCommit) / 1e9;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        throw Failure.failed("the latest changes had not arrived after " + PATIENCE.toSeconds() + " s");
    }

    private boolean haveArrived(Long[] numbers) throws SQLException {
        Map<Long, String> titles = new HashMap<>();
        try (PreparedStatement statement =
                here.prepareStatement("SELECT number, title FROM bench.submission WHERE number = ANY (?)")) {
            statement.setArray(1, here.createArrayOf("bigint", numbers));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    titles.put(found.getLong(1), found.getString(2));
                }
            }
        }
        return latest.entrySet().stream()
                .allMatch(each -> each.getValue() == null
                        ? !titles.containsKey(each.getKey())
                        : each.getValue().equals(titles.get(each.getKey())));
    }

    @Override
    public void close() {
        stopping = true;
    }
}
