package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What a worker does about rows that cannot be worked on, and about chunks that are no longer what they were cut as. */
class ChunkTroubleIT {

    private static final String DOC = "CREATE TABLE doc (id text PRIMARY KEY, wanted text, " + Engine.WIDE + ")";
    private static final String SIMPLE =
            "migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n";
    private static final String TITLES = "SELECT id FROM doc ORDER BY id";

    private static final String FAVOURITES = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text);
            CREATE TABLE favourite (n int PRIMARY KEY, who text, doc text, UNIQUE (who, doc));
            INSERT INTO doc VALUES ('a', 'x'), ('b', 'x'), ('c', 'y');
            INSERT INTO favourite VALUES (1, 'me', 'a'), (2, 'me', 'b'), (3, 'me', 'c'), (4, 'you', 'b');
            """;

    private static final String WITH_FAVOURITES = """
            migration: docs
            rekey:
              table: public.doc
              key: id
              to: wanted
              on-duplicate: merge
              merge: {keep: newest(id)}
              references: [{table: public.favourite, column: doc}]
            """;

    /** Loses what is put into it. */
    private static final class NoQueue extends ChunkQueue {

        NoQueue() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            return Uni.createFrom().voidItem();
        }
    }

    private static void work(Engine engine, EngineRun run, List<Integer> chunks) {
        ChunkWorker worker = engine.worker(new NoQueue(), Duration.ofSeconds(30));
        chunks.forEach(chunk -> Engine.await(worker.on(
                new ConsumerRecord<>("godwit.chunks", 0, 0, run.id(), new ChunkMessage(run.id(), chunk, 0).toJson()))));
    }

    private static List<String> open(Engine engine) {
        return engine.values("SELECT number FROM godwit.chunk WHERE state = 'open' ORDER BY number");
    }

    @Test
    void shouldTellARowWhoseExpressionFailsAsFailedAndGoOn() {
        Engine engine = Engine.on("trouble17", DOC, "INSERT INTO doc VALUES ('a', '1'), ('b', '2'), ('c', '3')");
        EngineRun run = engine.commit(SIMPLE.replace("to: wanted", "to: \"(6 / wanted::int)::text\""));
        engine.execute("INSERT INTO doc SELECT 'd', 0; INSERT INTO doc VALUES ('e', '6')");

        work(engine, run, run.cut(Kind.BACKFILL));
        run.drain();

        assertThat(open(engine)).isEmpty();
        assertThat(engine.values(TITLES)).containsExactly("1", "2", "3", "6", "d");
        assertThat(run.story()).contains("d -> null failed sqlstate_22012");
        run.state(RunState.VERIFYING);
        work(engine, run, run.cut(Kind.VERIFY));
        run.drain();
        assertThat(open(engine)).isEmpty();
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 4L, "failed", 1L));
    }

    @Test
    void shouldTellAReferenceRowThatCannotBeWrittenAsFailedAndGoOn() {
        Engine engine = Engine.on("trouble19", FAVOURITES);
        EngineRun run = engine.commit(WITH_FAVOURITES);
        run.backfill();

        work(engine, run, run.cutSweep(Kind.SWEEP));

        assertThat(run.row().state()).isEqualTo(RunState.BACKFILLING);
        assertThat(engine.values("SELECT n || doc FROM favourite ORDER BY n")).containsExactly("1x", "2b", "3y", "4x");
        assertThat(run.outcomes())
                .filteredOn(o -> o.getString("table").equals("public.favourite"))
                .extracting(o -> o.getString("key") + " " + o.getString("outcome") + " " + o.getString("reason"))
                .containsExactlyInAnyOrder(
                        "1 migrated reference",
                        "2 failed sqlstate_23505",
                        "3 migrated reference",
                        "4 migrated reference");
    }

    @Test
    void shouldTellALateReferenceRowThatCannotBeWrittenAsFailed() {
        Engine engine = Engine.on(
                "trouble19late",
                FAVOURITES,
                "DELETE FROM favourite WHERE n = 2; ALTER TABLE favourite ADD CHECK (n < 5 OR doc <> 'y')");
        EngineRun run = engine.commit(WITH_FAVOURITES);
        run.complete();
        engine.execute("INSERT INTO favourite VALUES (5, 'you', 'c')");
        engine.query(
                "INSERT INTO godwit.pending_key (run_id, relation, refers, key, cause) VALUES ($1, 'public.favourite', true, '5', 'parked')",
                run.id());

        run.drain();

        assertThat(run.story()).contains("5 -> null failed sqlstate_23514");
        assertThat(run.row().state()).isEqualTo(RunState.VERIFYING);
    }

    @Test
    void shouldPassOverMessagesOfEarlierGenerationsT27() {
        Engine engine = Engine.on(
                "trouble10", DOC, "INSERT INTO doc SELECT 'o' || n, 'n' || n FROM generate_series(1, 6) AS n");
        EngineRun run = engine.commit(SIMPLE);
        List<Integer> old = run.cut(Kind.BACKFILL);
        engine.execute("VACUUM FULL doc");
        work(engine, run, old.subList(0, 1));
        assertThat(run.row().rescan()).isTrue();
        engine.execute("UPDATE godwit.run SET rescan = false");
        List<Integer> cutAnew = run.cut(Kind.BACKFILL);

        work(engine, run, old);

        assertThat(run.row().rescan()).isFalse();
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id = wanted")).isEqualTo("0");
        work(engine, run, cutAnew);
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 6L));
        assertThat(run.row().rescan()).isFalse();
    }

    @Test
    void shouldNotAskForAScanOnBehalfOfAChunkThatWasCutBeforeTheLastT27() {
        Engine engine = Engine.on("trouble10b", DOC, "INSERT INTO doc VALUES ('o', 'n')");
        EngineRun run = engine.commit(SIMPLE);
        List<Integer> old = run.cut(Kind.BACKFILL);
        engine.execute("VACUUM FULL doc; UPDATE godwit.run SET generation = generation + 1");

        work(engine, run, old);

        assertThat(run.row().rescan()).isFalse();
    }

    @Test
    void shouldUndoOnceWhenARollbackIsBegunTwice() {
        Engine engine = Engine.on("trouble10c", DOC, "INSERT INTO doc VALUES ('o', 'n')");
        EngineRun run = engine.commit(SIMPLE);
        run.backfill();
        run.state(RunState.ROLLING_BACK);
        List<Integer> first = run.cutUndo();
        List<Integer> second = run.cutUndo();

        work(engine, run, first);
        assertThat(engine.values(TITLES)).containsExactly("n");
        work(engine, run, second);

        assertThat(engine.values(TITLES)).containsExactly("o");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L, "reverted", 1L));
    }

    @Test
    void shouldNoticeThatAReferenceTableWasRewrittenT27() {
        Engine engine = Engine.on("trouble11", FAVOURITES);
        EngineRun run = engine.commit(WITH_FAVOURITES);
        run.backfill();
        List<Integer> there = run.cutSweep(Kind.SWEEP);
        engine.execute("VACUUM FULL favourite");
        work(engine, run, there);
        assertThat(run.row().rescan()).isTrue();
        assertThat(engine.values("SELECT doc FROM favourite ORDER BY n")).containsExactly("a", "b", "c", "b");

        engine.execute("DELETE FROM favourite WHERE n = 2; UPDATE godwit.run SET rescan = false");
        work(engine, run, run.cutSweep(Kind.SWEEP));
        run.state(RunState.ROLLING_BACK);
        work(engine, run, run.cutUndo());
        List<Integer> back = run.cutSweep(Kind.UNSWEEP);
        engine.execute("VACUUM FULL favourite");
        work(engine, run, back);

        assertThat(run.row().rescan()).isTrue();
    }
}
