package dev.godwit.cli.flight;

import static org.awaitility.Awaitility.await;

import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

    /** Returns when all of these are held at the same time. */
    void awaitHeld(String... names) {
        List<String> all = List.of(names);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> held(all) == all.size());
    }

    /**
     * Puts a run's chunks into every partition of the work queue, as if their messages had come that often: whichever worker is free takes them, and those that are held do
     * not queue behind each other.
     */
    void spread(String run) throws SQLException {
        await().atMost(PATIENCE).until(() -> !open(run).isEmpty());
        for (String message : open(run)) {
            for (int partition = 0; partition < InstancesIT.CHUNK_PARTITIONS; partition++) {
                Future<RecordMetadata> unused =
                        queue.send(new ProducerRecord<>(InstancesIT.CHUNKS, partition, run, message));
            }
        }
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
