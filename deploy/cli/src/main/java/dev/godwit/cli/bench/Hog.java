package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A second load that takes whatever processors and disk give: sessions that rewrite a table of their own, transaction after transaction, without a pause. */
final class Hog implements AutoCloseable {

    private static final int SESSIONS = 6;

    private static final String TABLE = """
            CREATE TABLE bench.hog AS
            SELECT n AS id, md5(n::text) AS filler FROM generate_series(1, 30000) AS n;
            CREATE INDEX ON bench.hog (filler)
            """;

    private static final String REWRITE = """
            UPDATE bench.hog
               SET filler = encode(sha256((filler || id)::bytea), 'hex')
             WHERE id % ? = ?
            """;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<SQLException> failure = new AtomicReference<>();
    private volatile boolean stopping;

    /** Makes its table, which goes with the benchmark's schema. */
    static void prepare(Connection connection) throws SQLException {
        Contest.execute(connection, TABLE);
    }

    /** Begins. */
    Hog(Load.Connections connections) {
        for (int i = 0; i < SESSIONS; i++) {
            int part = i;
            Thread thread = new Thread(() -> run(connections, part), "hog-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void run(Load.Connections connections, int part) {
        try (Connection connection = connections.open();
                PreparedStatement rewrite = connection.prepareStatement(REWRITE)) {
            rewrite.setInt(1, SESSIONS);
            rewrite.setInt(2, part);
            while (!stopping) {
                rewrite.executeUpdate();
            }
        } catch (SQLException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Ends it and waits for its last transactions. */
    void stop() throws InterruptedException {
        close();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw Failure.failed("the second load failed: " + failure.get().getMessage(), failure.get());
        }
    }

    @Override
    public void close() {
        stopping = true;
    }
}
