package dev.godwit.migration.chunk;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.ending.Ending;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.pace.Terms;
import dev.godwit.migration.run.Troubles;
import dev.godwit.migration.telemetry.Spans;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The cap as workers of several instances share it through the database. */
class PacingIT {

    private static final String DOCS = "CREATE TABLE doc (id text PRIMARY KEY, wanted text, " + Engine.WIDE + ")";
    private static final Terms CAP = new Terms(PaceLevel.FULL, Optional.of(50), Optional.empty());
    private static final String DEFINITION = """
            migration: docs
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}
            """;

    @Test
    void shouldGiveTurnsOneAfterAnotherToWorkersOfAllInstances() {
        Engine engine = Engine.on("pace", DOCS);
        String run = engine.commit(DEFINITION).id();
        List<Pacing> instances = List.of(engine.pacing(), engine.pacing());
        long started = System.nanoTime();

        List<CompletableFuture<Long>> turns = IntStream.range(0, 8)
                .mapToObj(i -> instances
                        .get(i % 2)
                        .turn(run, CAP, new Pacing.Wish(1000, true, n -> Duration.ZERO), Duration.ZERO)
                        .invoke(turn -> {
                            assertThat(turn.answer()).isEqualTo(Pacing.Answer.BEGIN);
                            assertThat(turn.entities()).isEqualTo(10);
                            assertThat(turn.owedAfter(10, Duration.ofMillis(1))).isZero();
                        })
                        .map(turn ->
                                Duration.ofNanos(System.nanoTime() - started).toMillis())
                        .subscribeAsCompletionStage())
                .toList();

        List<Long> begun = turns.stream().map(CompletableFuture::join).sorted().toList();
        for (int turn = 1; turn < begun.size(); turn++) {
            assertThat(begun.get(turn)).isGreaterThanOrEqualTo(200L * (turn - 1));
        }
    }

    @Test
    void shouldNotWaitForAMomentThatOnlyAClockThatWasAheadCouldSet() {
        Engine engine = Engine.on("paceclock", DOCS);
        String run = engine.commit(DEFINITION).id();
        engine.query("INSERT INTO godwit.pace (run_id, free_at) VALUES ($1, now() + interval '1 day')", run);
        Pacing pacing = engine.pacing();
        Terms normal = new Terms(PaceLevel.NORMAL, Optional.empty(), Optional.empty());

        await(pacing.turn(run, normal, new Pacing.Wish(1000, true, n -> Duration.ofMillis(20)), Duration.ZERO));

        assertThat(engine.value("SELECT free_at <= now() + interval '61 s' FROM godwit.pace"))
                .isEqualTo("true");
    }

    @Test
    void shouldHoldARunToItsCapAndSayWhyItIsSlow() {
        Engine engine = Engine.on(
                "maxrate",
                DOCS,
                "INSERT INTO doc SELECT 'o' || n, 'n' || n FROM generate_series(1, 120) AS n",
                "ANALYZE doc");
        EngineRun run = engine.commit(DEFINITION);
        engine.query("UPDATE godwit.run SET max_rate = 40 WHERE id = $1", run.id());
        List<Integer> chunks = run.cut(ChunkWork.Kind.BACKFILL);
        ChunkWorker worker = new ChunkWorker(
                engine.runs(),
                engine.contexts(),
                engine.chunkWork(),
                new ChunkQueue(null),
                engine.pacing(),
                new Troubles(engine.runs(), Duration.ofMinutes(1)),
                engine.config(),
                Spans.off(),
                new Ending());
        long started = System.nanoTime();

        CompletableFuture<Void> work = work(worker, run, chunks.subList(0, 60));
        CompletableFuture<Void> sameTime = work(worker, run, chunks.subList(60, 120));
        Awaitility.await().until(() -> "max_rate"
                .equals(await(engine.runs().snapshot(run.id()))
                        .getJsonObject("throttle")
                        .getString("reason")));
        CompletableFuture.allOf(work, sameTime).join();

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(Duration.ofMillis(2700), Duration.ofSeconds(4));
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id = wanted")).isEqualTo("120");
        Awaitility.await()
                .until(() -> await(engine.runs().snapshot(run.id()))
                                .getJsonObject("throttle")
                                .getString("reason")
                        == null);
    }

    private static CompletableFuture<Void> work(ChunkWorker worker, EngineRun run, List<Integer> chunks) {
        Uni<Void> all = Uni.createFrom().voidItem();
        for (int chunk : chunks) {
            String message = new ChunkMessage(run.id(), chunk, 0).toJson();
            all = all.chain(() -> worker.on(new ConsumerRecord<>("godwit.chunks", 0, 0, "key", message)));
        }
        return all.subscribeAsCompletionStage();
    }
}
