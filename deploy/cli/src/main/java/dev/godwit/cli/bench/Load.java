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
import java.util.function.Consumer;

/**
 * An application at work at a fixed rate on the benchmark's tables: it reads documents, inserts some with random ids, changes titles and inserts chunks, all but the
 * inserts by natural key. The latency of each counts from when it was due, retries included.
 */
final class Load implements AutoCloseable {

    /** Opens a connection to the application's database. */
    interface Connections {
        Connection open() throws SQLException;
    }

    /**
     * What the application does, in shares of all that it does.
     *
     * @param inserts of documents
     * @param updates of titles
     * @param chunks inserted
     * @param sessions that it uses
     */
    record Mix(int reads, int inserts, int updates, int chunks, int sessions) {

        /** Nothing but writes. */
        static final Mix WRITES = new Mix(0, 4, 3, 3, 4);

        /** Seven of ten read, as in most applications, and no new documents: what a backfill has left to do does not change by it. */
        static final Mix MOSTLY_READS = new Mix(14, 0, 3, 3, 6);

        int all() {
            return reads + inserts + updates + chunks;
        }
    }

    /** How long what the application did took. */
    record Served(Latencies reads, Latencies writes) {

        static Served nothing() {
            return new Served(new Latencies(), new Latencies());
        }

        Latencies all() {
            Latencies all = new Latencies();
            all.addAll(reads);
            all.addAll(writes);
            return all;
        }
    }

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private static final String READ = """
            SELECT d.title, d.meta, count(c.id)
              FROM bench.documents AS d
              LEFT JOIN bench.chunks AS c ON c.document_id = d.id
             WHERE d.user_id = md5('user ' || ? % 1000)::uuid
               AND d.file_sha256 = encode(sha256(('file ' || ?)::bytea), 'hex')
             GROUP BY d.id
            """;

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
    private final Mix mix;
    private final Consumer<UUID> inserted;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder refused = new LongAdder();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile Served served = Served.nothing();
    private volatile boolean stopping;

    /**
     * Starts the load.
     *
     * @param entities size of the template, whose natural keys it uses
     * @param inserted told of every document inserted, by the id that it is to have
     */
    Load(Connections connections, Mix mix, int perSecond, int entities, Consumer<UUID> inserted) {
        this.entities = entities;
        this.mix = mix;
        this.inserted = inserted;
        for (int i = 0; i < mix.sessions(); i++) {
            SplittableRandom random = new SplittableRandom(1000 + i);
            int first = 1_000_000 * (i + 1);
            Thread thread =
                    new Thread(() -> run(connections, (double) perSecond / mix.sessions(), random, first), "load-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void run(Connections connections, double rate, SplittableRandom random, int first) {
        int chunkIndex = first;
        try (Connection connection = connections.open();
                PreparedStatement read = connection.prepareStatement(READ);
                PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement retitle = connection.prepareStatement(RETITLE);
                PreparedStatement addChunk = connection.prepareStatement(ADD_CHUNK)) {
            Pace pace = new Pace(rate);
            while (!stopping) {
                long due = pace.awaitTurn();
                int choice = random.nextInt(mix.all());
                int entity = 1 + random.nextInt(entities);
                if (choice < mix.reads()) {
                    of(read, entity, 1).executeQuery().close();
                } else if (choice < mix.reads() + mix.inserts()) {
                    insert(insert, random);
                } else if (choice < mix.reads() + mix.inserts() + mix.updates()) {
                    of(retitle, entity, 1).executeUpdate();
                } else {
                    addChunk.setInt(1, chunkIndex++);
                    addChunk(of(addChunk, entity, 2));
                }
                Latencies of = choice < mix.reads() ? served.reads() : served.writes();
                of.add(System.nanoTime() - due);
            }
        } catch (SQLException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Names the document by its natural key, from that parameter on. */
    private static PreparedStatement of(PreparedStatement statement, int entity, int first) throws SQLException {
        statement.setInt(first, entity);
        statement.setInt(first + 1, entity);
        return statement;
    }

    private void insert(PreparedStatement insert, SplittableRandom random) throws SQLException {
        UUID user = new UUID(random.nextLong(), random.nextLong());
        String hash = String.format(
                "%016x%016x%016x%016x", random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        insert.setObject(1, new UUID(random.nextLong(), random.nextLong()));
        insert.setObject(2, user);
        insert.setString(3, hash);
        insert.executeUpdate();
        inserted.accept(BenchTables.newId(user, hash));
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

    /** Answers what was done since the last call, and begins anew. */
    Served take() {
        Served taken = served;
        served = Served.nothing();
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
