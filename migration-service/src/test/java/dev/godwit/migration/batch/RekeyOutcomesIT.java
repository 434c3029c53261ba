package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An entity counts once per run, under the last outcome it was told as, and nothing that was told is taken back. */
class RekeyOutcomesIT {

    private static final String DOC = "CREATE TABLE doc (id text PRIMARY KEY, wanted text)";

    private static String definition(String policy) {
        return "{migration: m, rekey: {table: public.doc, key: id, to: wanted, on-duplicate: " + policy
                + "}, summary: [wanted]}";
    }

    private static List<String> replaced(EngineRun run) {
        return run.outcomes().stream()
                .filter(o -> o.containsKey("replaces"))
                .map(o -> {
                    JsonObject former = o.getJsonObject("replaces");
                    return o.getString("key") + " " + o.getString("outcome") + " instead of "
                            + former.getString("outcome") + " " + former.getString("reason");
                })
                .sorted()
                .toList();
    }

    @Test
    void shouldCountSettledRowsThatOurOwnRewriteTouchedBeforeTheirChunkWasReadT07() {
        Engine engine = Engine.on(
                "t07self",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, parent text REFERENCES doc); CREATE INDEX ON doc (parent)",
                "INSERT INTO doc (id, wanted) SELECT 'o' || n, CASE WHEN n % 2 = 0 THEN 'o' ELSE 'n' END || n FROM generate_series(0, 999) AS n",
                "UPDATE doc SET parent = 'o' || ((substr(id, 2)::int * 7 + 13) % 1000)",
                "VACUUM ANALYZE doc");
        EngineRun run = engine.commit(definition("fail"));

        assertThat(run.complete()).isZero();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 500L, "unchanged", 500L));
        assertThat(run.outcomes()).extracting(o -> o.getString("key")).doesNotHaveDuplicates();
    }

    @Test
    void shouldCountSettledRowsThatTheApplicationWroteBeforeTheirChunkWasReadT07() {
        Engine engine =
                Engine.on("t07app", DOC, "INSERT INTO doc SELECT 'd' || n, 'd' || n FROM generate_series(1, 300) n");
        EngineRun run = engine.commit(definition("fail"));
        engine.execute("UPDATE doc SET wanted = wanted WHERE substr(id, 2)::int % 3 = 0");

        run.complete();

        assertThat(run.counts()).isEqualTo(Map.of("unchanged", 300L));
    }

    @Test
    void shouldNotCountAnythingTwiceWhenTheTableIsScannedOnceMoreT07() {
        Engine engine = Engine.on("t07rescan", DOC, "INSERT INTO doc VALUES ('a', 'a'), ('b', 'x'), ('c', NULL)");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        List<String> told = run.story();

        run.backfill();

        assertThat(run.story()).isEqualTo(told);
        assertThat(run.counts()).isEqualTo(Map.of("unchanged", 1L, "migrated", 1L, "skipped", 1L));
    }

    @Test
    void shouldLetMigratedReplaceUnchangedWhenTheApplicationChangesAnEntityT07() {
        Engine engine = Engine.on("t07late", DOC, "INSERT INTO doc VALUES ('a', 'a'), ('b', 'b')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = 'x' WHERE id = 'a'");

        run.keys(List.of("a"));

        assertThat(run.counts()).isEqualTo(Map.of("unchanged", 1L, "migrated", 1L));
        assertThat(replaced(run)).containsExactly("a migrated instead of unchanged null");
    }

    @Test
    void shouldCountAnEntityOnceThatMovesTwiceT07() {
        Engine engine = Engine.on("t07twice", DOC, "INSERT INTO doc VALUES ('a', 'b')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = 'c'");

        run.keys(List.of("b"));

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L));
        assertThat(replaced(run)).containsExactly("b migrated instead of migrated null");
    }

    @Test
    void shouldReplaceAHeldOutcomeWhenItsCauseIsGoneT07() {
        Engine engine =
                Engine.on("t07held", DOC, "INSERT INTO doc VALUES ('a', 'x'), ('b', 'x'), ('c', NULL), ('d', 'y')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        assertThat(run.counts()).isEqualTo(Map.of("conflict", 2L, "skipped", 1L, "migrated", 1L));
        engine.execute("UPDATE doc SET wanted = 'z' WHERE id = 'a'; UPDATE doc SET wanted = 'c' WHERE id = 'c'");

        run.keys(List.of("a"));
        run.keys(List.of("b"));
        run.complete();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L, "unchanged", 1L));
        assertThat(replaced(run))
                .containsExactly(
                        "a migrated instead of conflict duplicate",
                        "b migrated instead of conflict duplicate",
                        "c unchanged instead of skipped null_key");
        assertThat(engine.values("SELECT key FROM godwit.quarantine")).isEmpty();
    }

    @Test
    void shouldTellAgainWhatChangesForTheWorseT07() {
        Engine engine = Engine.on("t07worse", DOC, "INSERT INTO doc VALUES ('a', 'b'), ('c', 'c')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = NULL");

        run.keys(List.of("b", "c"));
        run.keys(List.of("b", "c"));

        assertThat(run.counts()).isEqualTo(Map.of("skipped", 2L));
        assertThat(replaced(run))
                .containsExactly("b skipped instead of migrated null", "c skipped instead of unchanged null");
    }

    @Test
    void shouldNotTellAsUnchangedWhatTheTailMovedWhileTheBackfillHadReadItT07() {
        Engine engine = Engine.on("t07race", DOC, "INSERT INTO doc VALUES ('a', 'a')");
        EngineRun run = engine.commit(definition("fail"));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> reached = new CompletableFuture<>();
        RunContext context = run.context();
        Place backfill = new Place(Lane.BACKFILL, "chunk-1", Optional.empty(), EnumSet.of(RunState.BACKFILLING));
        CompletableFuture<Ended> slow = engine.batches()
                .run(context, backfill, opened -> context.on(opened)
                        .work(new Selection.Keys(List.of("a")), false)
                        .invoke(() -> reached.complete(null))
                        .call(() -> Uni.createFrom().completionStage(gate))
                        .map(Work::of))
                .subscribeAsCompletionStage();
        reached.orTimeout(20, TimeUnit.SECONDS).join();
        engine.execute("UPDATE doc SET wanted = 'x'");

        run.keys(List.of("a"));
        gate.complete(null);
        slow.join();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L));
    }

    @Test
    void shouldKeepChainsOfEventsWholeWhenOutcomesAreReplacedT07() {
        Engine engine = Engine.on("t07chain", DOC, "INSERT INTO doc VALUES ('a', 'a')");
        EngineRun run = engine.commit(definition("fail"));
        run.work(Kind.BACKFILL, run.cut(Kind.BACKFILL));
        engine.execute("UPDATE doc SET wanted = 'x'");
        run.keys(List.of("a"));

        assertThat(engine.events("godwit.outcomes"))
                .extracting(event -> event.getString("stream") + " " + event.getInteger("sequence"))
                .containsExactly("chunk-1 1", "tail-0 1");
        assertThat(engine.events("godwit.outcomes")).allSatisfy(event -> assertThat(
                        event.getJsonObject("counts").fieldNames())
                .allSatisfy(kind -> assertThat(event.getJsonObject("counts").getInteger(kind))
                        .isNotNegative()));
    }

    @Test
    void shouldCountAMovedEntityAsMigratedAgainWhenWhatHeldItIsGoneT07() {
        Engine engine = Engine.on("t07again", DOC, "INSERT INTO doc VALUES ('a', 'b'), ('c', 'c')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = NULL");
        run.keys(List.of("b", "c"));
        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("0 0");
        engine.execute("UPDATE doc SET wanted = id");

        run.complete();

        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("1 1");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L, "unchanged", 1L));
        assertThat(replaced(run))
                .contains("b migrated instead of skipped null_key", "c unchanged instead of skipped null_key");
    }

    @Test
    void shouldForgetWhyARowWasHeldWhenAnotherTakesItsPlaceT07() {
        Engine engine = Engine.on("t07place", DOC, "INSERT INTO doc VALUES ('a', 'k'), ('k', NULL)");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        assertThat(run.counts()).isEqualTo(Map.of("conflict", 1L, "skipped", 1L));
        engine.execute("DELETE FROM doc WHERE id = 'k'");

        run.complete();

        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("1 1");
        assertThat(engine.values("SELECT key FROM godwit.quarantine")).isEmpty();
        engine.execute("UPDATE doc SET wanted = NULL");
        run.keys(List.of("k"));
        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("0 0");
    }

    @Test
    void shouldForgetWhatWasRightWhenAnotherTakesItsPlaceT07() {
        Engine engine = Engine.on("t07right", DOC, "INSERT INTO doc VALUES ('a', 'a'), ('k', 'k')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("DELETE FROM doc WHERE id = 'k'; UPDATE doc SET wanted = 'k'");
        run.keys(List.of("a"));
        engine.execute("UPDATE doc SET wanted = NULL");

        run.keys(List.of("k"));

        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("0 0");
        assertThat(replaced(run))
                .containsExactly("a migrated instead of unchanged null", "k skipped instead of migrated null");
    }

    @Test
    void shouldCountEveryEntityThatMovedToAKeyAfterItsFormerHolderWasDeletedT07() {
        Engine engine = Engine.on("t07heirs", DOC, "INSERT INTO doc VALUES ('a', 'k')");
        EngineRun run = engine.commit(definition("fail"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = NULL");
        run.keys(List.of("k"));
        engine.execute("DELETE FROM doc; INSERT INTO doc VALUES ('b', 'k')");

        run.keys(List.of("b"));
        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("2 2");
        engine.execute("UPDATE doc SET wanted = NULL");
        run.keys(List.of("k"));
        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("1 1");
        engine.execute("UPDATE doc SET wanted = 'm'");
        run.keys(List.of("k"));

        assertThat(migratedAsToldAndJournaled(engine, run)).isEqualTo("2 2");
    }

    /** What verification compares. */
    private static String migratedAsToldAndJournaled(Engine engine, EngineRun run) {
        return run.counts().getOrDefault("migrated", 0L)
                + " "
                + engine.value(run.context().operation().countJournaled(), run.id());
    }
}
