package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chunk goes from hand to hand through the queue; whoever dies in between, and whatever comes twice, none is lost and none is done twice. */
class ChunkHandOverIT {

    private static final Duration NO_TIME = Duration.ZERO;
    private static final Duration ENOUGH = Duration.ofSeconds(20);

    private Engine engine;
    private EngineRun run;
    private Queue queue;
    private int chunk;

    /** Remembers what was put into it; takes part in a hand-over as a test wants. */
    private static final class Queue extends ChunkQueue {

        private final List<ChunkMessage> messages = new CopyOnWriteArrayList<>();
        private Uni<Void> answer = Uni.createFrom().voidItem();

        Queue() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            messages.add(message);
            return answer;
        }
    }

    @BeforeEach
    void cutOneChunk() {
        engine = Engine.on(
                "t23",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc SELECT 'old ' || n, 'new ' || n FROM generate_series(1, 5) AS n");
        run = engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        queue = new Queue();
        chunk = run.cut(Kind.BACKFILL).get(0);
    }

    @Test
    void shouldAcknowledgeOnlyWhenTheRemainderIsInTheQueueT23() {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        queue.answer = Uni.createFrom().completionStage(stored);

        CompletableFuture<Void> acknowledged = worker(NO_TIME).on(record(0)).subscribeAsCompletionStage();

        Awaitility.await().until(() -> !queue.messages.isEmpty());
        assertThat(acknowledged).isNotDone();
        assertThat(queue.messages).containsExactly(new ChunkMessage(run.id(), chunk, 1));
        stored.complete(null);
        assertThat(acknowledged).succeedsWithin(ENOUGH);
    }

    @Test
    void shouldLoseNoChunkWhenAWorkerDiesBetweenProduceAndAcknowledgeT23() {
        Engine.await(worker(NO_TIME).on(record(0)));

        Engine.await(worker(ENOUGH).on(record(0)));
        assertThat(migrated()).isZero();
        Engine.await(worker(ENOUGH).on(record(queue.messages.get(0).epoch())));

        assertThat(migrated()).isEqualTo(5);
        assertThat(state()).isEqualTo("done");
        assertThat(run.counts()).containsExactly(Map.entry("migrated", 5L));
    }

    @Test
    void shouldLoseNoChunkWhenTheRemainderCannotBePutBackT23() {
        queue.answer = Uni.createFrom().failure(new IllegalStateException("the broker is away"));
        Engine.await(worker(NO_TIME).on(record(0)));
        queue.answer = Uni.createFrom().voidItem();
        queue.messages.clear();

        lieIdle();
        sweep();

        assertThat(queue.messages).containsExactly(new ChunkMessage(run.id(), chunk, 2));
        Engine.await(worker(ENOUGH).on(record(2)));
        assertThat(migrated()).isEqualTo(5);
    }

    @Test
    void shouldNotQueueAChunkAgainThatSomebodyWorksOnT23() throws SQLException {
        sweep();
        assertThat(queue.messages).isEmpty();
        lieIdle();

        try (Connection holder = TestPostgres.connect(engine.database());
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM godwit.chunk FOR UPDATE");
            sweep();
        }

        assertThat(queue.messages).isEmpty();
    }

    @Test
    void shouldNotWaitForAChunkThatSomebodyElseHoldsT23() throws SQLException {
        try (Connection holder = TestPostgres.connect(engine.database());
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM godwit.chunk FOR UPDATE");

            Engine.await(worker(ENOUGH).on(record(0)));

            assertThat(migrated()).isZero();
        }
        assertThat(queue.messages).isEmpty();
        assertThat(state()).isEqualTo("open");
    }

    private ChunkWorker worker(Duration messageTime) {
        return engine.worker(queue, messageTime);
    }

    private ConsumerRecord<String, String> record(int epoch) {
        ChunkMessage message = new ChunkMessage(run.id(), chunk, epoch);
        return new ConsumerRecord<>("godwit.chunks", 0, 0, message.key(), message.toJson());
    }

    private void lieIdle() {
        engine.execute("UPDATE godwit.chunk SET touched_at = clock_timestamp() - interval '1 minute'");
    }

    private void sweep() {
        Engine.await(engine.chunks(queue).sweepIdle(run.id(), run.row().generation()));
    }

    private long migrated() {
        return Long.parseLong(engine.value("SELECT count(*) FROM doc WHERE id = wanted"));
    }

    private String state() {
        return engine.value("SELECT state FROM godwit.chunk WHERE number = $1", chunk);
    }
}
