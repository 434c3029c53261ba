package dev.godwit.cli.bench;

import dev.godwit.cli.measure.Latencies;
import dev.godwit.cli.measure.Pace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * An application's writes at a fixed rate on the benchmark's tables: inserts of documents with random ids, title updates and chunk inserts, both by natural key.
 * The latency of a write counts from when it was due, retries included.
 */
final class Load implements AutoCloseable {

    /** Opens a connection to the application's database. */
    interface Connections {
        Connection open() throws SQLException;
    }

    private static final int THREADS = 4;
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private static final String INSERT = """
            INSERT INTO bench.documents (id, user_id, file_sha256, title, meta, updated_at)
            VALUES (?, ?, ?, 'Live upload', '{"pages": 1}', clock_timestamp())
            """;

    private static final String RETITLE = """
            UPDATE bench.documents
               SET title = 'Retitled', updated_at = clock_timestamp()
             WHERE user_id = md5('user ' || ? % 1000)::uuid
               AND file_sha256 = encode(sha256(('file ' || ?)::bytea), 'hex')
            """;

    private static final String ADD_CHUNK = """
            INSERT INTO bench.chunks (document_id, chunk_index, content)
            SELECT id, ?, 'live text'
              FROM bench.documents
             WHERE user_id = md5('user ' || ? % 1000)::uuid
               AND file_sha256 = encode(sha256(('file ' || ?)::bytea), 'hex')
            """;

    private final int entities;
    private final TailProbe probe;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder refused = new LongAdder();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile Latencies latencies = new Latencies();
    private volatile boolean stopping;

    /**
     * Starts the load.
     *
     * @param entities size of the template, whose natural keys it uses
     * @param probe told of every insert
     */
    Load(Connections connections, int writesPerSecond, int entities, TailProbe probe) {
        this.entities = entities;
        this.probe = probe;
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(1000 + i);
            int first = 1_000_000 * (i + 1);
            Thread thread =
                    new Thread(() -> run(connections, (double) writesPerSecond / THREADS, random, first), "load-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void run(Connections connections, double rate, SplittableRandom random, int first) {
        int chunkIndex = first;
        try (Connection connection = connections.open();
                PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement retitle = connection.prepareStatement(RETITLE);
                PreparedStatement addChunk = connection.prepareStatement(ADD_CHUNK)) {
            Pace pace = new Pace(rate);
            while (!stopping) {
                long due = pace.awaitTurn();
                int choice = random.nextInt(10);
                int entity = 1 + random.nextInt(entities);
                if (choice < 4) {
                    insert(insert, random);
                } else if (choice < 7) {
                    retitle.setInt(1, entity);
                    retitle.setInt(2, entity);
                    retitle.executeUpdate();
                } else {
                    addChunk.setInt(1, chunkIndex++);
                    addChunk.setInt(2, entity);
                    addChunk.setInt(3, entity);
                    addChunk(addChunk);
                }
                latencies.add(System.nanoTime() - due);
            }
        } catch (SQLException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void insert(PreparedStatement insert, SplittableRandom random) throws SQLException {
        UUID user = new UUID(random.nextLong(), random.nextLong());
        String hash = String.format(
                "%016x%016x%016x%016x", random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        insert.setObject(1, new UUID(random.nextLong(), random.nextLong()));
        insert.setObject(2, user);
        insert.setString(3, hash);
        insert.executeUpdate();
        probe.inserted(BenchTables.newId(user, hash));
    }

    /** The parent may move between its look-up and the check of the foreign key: the application looks it up again. */
    private void addChunk(PreparedStatement addChunk) throws SQLException {
        while (true) {
            try {
                addChunk.executeUpdate();
                return;
            } catch (SQLException e) {
                if (!FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
                    throw e;
                }
                refused.increment();
            }
        }
    }

    /** Answers the latencies since the last call, and begins anew. */
    Latencies takeLatencies() {
        Latencies taken = latencies;
        latencies = new Latencies();
        return taken;
    }

    /** Chunk inserts refused because their parent had just moved, and repeated. */
    long refused() {
        return refused.sum();
    }

    /** Ends the load and waits for its last writes. */
    void stop() throws Exception {
        close();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    @Override
    public void close() {
        stopping = true;
    }
}
