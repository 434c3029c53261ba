package dev.godwit.cli.flight;

import static org.awaitility.Awaitility.await;

import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Holds batches of chosen migrations before their COMMIT: the last that a batch does is to tell of itself in the outbox, and there a trigger waits for a lock that the
 * test has. Whoever waits for {@link #VALIDATION} is held by the tables of the test themselves.
 */
final class BatchHolds implements AutoCloseable {
    /** Name of the hold that is no migration's. */
    static final String VALIDATION = "validation";

    private static final int LOCKS = 4711;
    /** Class of the locks by which an instance of the service drives a run. */
    private static final int DRIVER = 24745;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String INSTALL = """
            CREATE SCHEMA holds;
            GRANT USAGE ON SCHEMA holds TO PUBLIC;
            CREATE FUNCTION holds.wait(name text) RETURNS void LANGUAGE sql VOLATILE SET lock_timeout = 0
            AS $$ SELECT pg_advisory_xact_lock_shared(%1$d, hashtext(name)) $$;
            CREATE FUNCTION holds.before_commit() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM holds.wait(convert_from(NEW.payload, 'UTF8')::jsonb ->> 'migration');
                RETURN NEW;
            END
            $$;
            CREATE FUNCTION holds.unless_validating() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
                IF current_query() LIKE '%%VALIDATE CONSTRAINT%%' THEN
                    PERFORM holds.wait('%2$s');
                END IF;
                RETURN true;
            END
            $$;
            CREATE TRIGGER holds BEFORE INSERT ON godwit.outbox FOR EACH ROW WHEN (NEW.type = 'dev.godwit.outcomes.recorded')
            EXECUTE FUNCTION holds.before_commit();
            """.formatted(LOCKS, VALIDATION);

    private static final String WAITING =
            "SELECT %s FROM pg_locks WHERE locktype = 'advisory' AND classid = " + LOCKS + " AND NOT granted";

    private final LiveStack stack;
    private final Connection holder;
    private final KafkaProducer<String, String> queue;
    private final Set<String> spread = new HashSet<>();

    BatchHolds(LiveStack stack) throws SQLException {
        this.stack = stack;
        this.holder = stack.stack().migrationDatabase().connect();
        this.queue = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.stack().describe().kafka().bootstrapServers()),
                new StringSerializer(),
                new StringSerializer());
        execute(INSTALL);
    }

    /** From now on batches of these stop before their COMMIT. */
    void hold(String... names) throws SQLException {
        for (String name : names) {
            execute("SELECT pg_advisory_lock(" + LOCKS + ", hashtext('" + name + "'))");
        }
    }

    void release(String... names) throws SQLException {
        for (String name : names) {
            execute("SELECT pg_advisory_unlock(" + LOCKS + ", hashtext('" + name + "'))");
        }
    }

    /** How many of these are held at this moment. */
    int held(Collection<String> names) throws SQLException {
        String each = "('" + String.join("'), ('", names) + "')";
        return Integer.parseInt(stack.queryState("SELECT count(*) FROM (VALUES " + each
                        + ") AS n(name) WHERE (hashtext(name)::bigint & 4294967295) IN ("
                        + WAITING.formatted("objid::bigint")
                        + ")")
                .get(0));
    }

    /**
     * Puts those of the run's open chunks that it has not put there before into every partition of the work queue, as if their messages had come that often: whichever worker is
     * free takes them, so that nobody queues behind a batch that is held.
     */
    void spread(String run) throws SQLException {
        for (String message : open(run)) {
            if (spread.add(message)) {
                for (int partition = 0; partition < InstancesIT.CHUNK_PARTITIONS; partition++) {
                    Future<RecordMetadata> unused =
                            queue.send(new ProducerRecord<>(InstancesIT.CHUNKS, partition, run, message));
                }
            }
        }
    }

    /** Starts runs that all wait for one transaction before they cut their tables, and lets them go together: a batch that is held would keep those from starting that begin after it. */
    Map<String, String> startTogether(List<String> names, String last) throws SQLException {
        Map<String, String> runs = new LinkedHashMap<>();
        try (Connection older = stack.connect();
                Statement transaction = older.createStatement()) {
            older.setAutoCommit(false);
            transaction.execute("SELECT pg_current_xact_id()");
            for (String name : names) {
                runs.put(
                        name, stack.migration().start(RunRequest.of(name, true)).id());
            }
            await().atMost(PATIENCE)
                    .until(() -> stack.queryState("SELECT id FROM godwit.run WHERE barrier_xid IS NOT NULL")
                            .containsAll(runs.values()));
            drive(runs.get(last), "pg_advisory_lock");
        }
        return runs;
    }

    /** Lets the service drive a run on that was started as the last. */
    void letGo(String run) throws SQLException {
        drive(run, "pg_advisory_unlock");
    }

    private void drive(String run, String lock) throws SQLException {
        execute("SELECT " + lock + "(" + DRIVER + ", serial::integer) FROM godwit.run WHERE id = '" + run + "'");
    }

    /** Messages of the run's chunks that are not done. */
    List<String> open(String run) throws SQLException {
        return stack.queryState(
                "SELECT json_build_object('run', run_id, 'chunk', number, 'epoch', epoch)::text FROM godwit.chunk WHERE state = 'open' AND run_id = '"
                        + run + "'");
    }

    /** A server notices the death of a client when it has something to say to it; it is told now. */
    void endHeldSessions() throws SQLException {
        execute("SELECT pg_terminate_backend(pid, 5000) FROM (" + WAITING.formatted("pid") + ") AS waiting");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = holder.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        queue.close(Duration.ZERO);
        holder.close();
        DatabaseUrl url = stack.stack().migrationDatabase();
        try (Connection connection = url.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA holds CASCADE");
        }
    }
}
