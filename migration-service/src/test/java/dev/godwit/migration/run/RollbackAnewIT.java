package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkMessage;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
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
        Engine engine = Engine.on(
                "backanew",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text); CREATE TABLE log (n int PRIMARY KEY, doc text)",
                "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y')",
                "INSERT INTO log VALUES (1, 'a'), (2, 'b')");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(
                "migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail, references: [{table: public.log, column: doc}]}\n");
        run.complete();
        Kept queue = new Kept();
        RunSteps steps = steps(engine, engine.chunks(queue));
        run.state(RunState.ROLLING_BACK);
        engine.query("UPDATE godwit.run SET phase = 'prepare' WHERE id = $1", run.id());

        step(steps, run);
        work(engine, run, queue);
        step(steps, run);
        assertThat(run.row().phase()).isEqualTo("unsweep");
        engine.execute("VACUUM FULL log");
        work(engine, run, queue);
        assertThat(engine.values("SELECT doc FROM log ORDER BY n")).containsExactly("x", "y");
        step(steps, run);
        step(steps, run);
        work(engine, run, queue);

        assertThat(run.row().phase()).isEqualTo("unsweep");
        assertThat(run.row().rescan()).isFalse();
        assertThat(engine.contents()).isEqualTo(before);
    }

    private static RunSteps steps(Engine engine, Chunks chunks) {
        Generations generations = new Generations(engine.runs(), engine.contexts(), chunks);
        Settling settling = new Settling(engine.runs(), engine.contexts(), chunks, null, null, null, null, null);
        Surroundings surroundings = new Surroundings(engine.runs(), engine.contexts(), null);
        return new RunSteps(
                engine.runs(), engine.contexts(), null, chunks, null, generations, settling, surroundings, null, null);
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
