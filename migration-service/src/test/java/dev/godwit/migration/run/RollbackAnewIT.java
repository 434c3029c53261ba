package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.chunk.ChunkMessage;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Nobody verifies after a rollback: it must notice by itself that a table is no longer what it cut into chunks. */
class RollbackAnewIT {

    /** Keeps what is put into it, for the test to work off. */
    private static final class Kept extends ChunkQueue {

        private final List<ChunkMessage> messages = new ArrayList<>();

        Kept() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            messages.add(message);
            return Uni.createFrom().voidItem();
        }
    }

    @Test
    void shouldTranslateReferencesBackInATableThatIsRewrittenMeanwhileT27() {
        Engine engine = docs("backanew");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = completed(engine);
        Kept queue = new Kept();
        RunSteps steps = steps(engine, engine.chunks(queue));

        step(steps, run);
        work(engine, run, queue);
        step(steps, run);
        step(steps, run);
        assertThat(run.row().phase()).isEqualTo("unsweep");
        engine.execute("VACUUM FULL log");
        work(engine, run, queue);
        assertThat(engine.values("SELECT doc FROM log ORDER BY n")).containsExactly("x", "y");
        step(steps, run);
        step(steps, run);
        step(steps, run);
        work(engine, run, queue);

        assertThat(run.row().phase()).isEqualTo("unsweep");
        assertThat(run.row().rescan()).isFalse();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldTranslateReferencesBackThatATransactionWroteWhichWasOpen() throws SQLException {
        Engine engine = docs("backopen");
        EngineRun run = completed(engine);
        Kept queue = new Kept();
        RunSteps steps = steps(engine, engine.chunks(queue));
        step(steps, run);
        try (Connection application = TestPostgres.connect(engine.database());
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO log VALUES (3, 'x')");
            work(engine, run, queue);
            step(steps, run);
            step(steps, run);
            assertThat(run.row().phase()).isEqualTo("undone");
            assertThat(engine.value("SELECT reason FROM godwit.run")).startsWith("waits for older transactions: pid ");
            application.commit();
        }
        step(steps, run);
        assertThat(engine.value("SELECT reason FROM godwit.run")).isNull();
        work(engine, run, queue);

        assertThat(engine.values("SELECT doc FROM log ORDER BY n")).containsExactly("a", "b", "a");
    }

    private static Engine docs(String name) {
        return Engine.on(
                name,
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text); CREATE TABLE log (n int PRIMARY KEY, doc text)",
                "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y')",
                "INSERT INTO log VALUES (1, 'a'), (2, 'b')");
    }

    /** A run that has been completed, and is asked for its rollback. */
    private static EngineRun completed(Engine engine) {
        EngineRun run = engine.commit(
                "migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail, references: [{table: public.log, column: doc}]}\n");
        run.complete();
        run.state(RunState.ROLLING_BACK);
        engine.query("UPDATE godwit.run SET phase = 'prepare' WHERE id = $1", run.id());
        return run;
    }

    private static RunSteps steps(Engine engine, Chunks chunks) {
        Generations generations = new Generations(engine.runs(), engine.contexts(), chunks);
        Settling settling = new Settling(engine.runs(), engine.contexts(), chunks, null, null, null, null, null);
        Surroundings surroundings = new Surroundings(engine.runs(), engine.contexts(), null);
        Capture capture = new Capture(
                engine.runs(),
                engine.contexts(),
                new HeardDatabases(engine.pool(), Outside.nothing(), engine.config()),
                null);
        return new RunSteps(
                engine.runs(),
                engine.contexts(),
                null,
                chunks,
                null,
                generations,
                settling,
                surroundings,
                null,
                null,
                capture);
    }

    private static void step(RunSteps steps, EngineRun run) {
        Engine.await(steps.step(run.row()));
    }

    private static void work(Engine engine, EngineRun run, Kept queue) {
        List<ChunkMessage> messages = List.copyOf(queue.messages);
        queue.messages.clear();
        messages.forEach(message -> Engine.await(engine.worker(queue, Duration.ofSeconds(30))
                .on(new ConsumerRecord<>(
                        "godwit.chunks",
                        0,
                        0,
                        run.id(),
                        "{\"run\":\"%s\",\"chunk\":%d,\"epoch\":%d}"
                                .formatted(message.run(), message.chunk(), message.epoch())))));
    }
}
