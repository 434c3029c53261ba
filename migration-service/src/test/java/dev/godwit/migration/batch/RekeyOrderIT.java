package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that stand on each other's wanted keys, entities and derived children alike, in chains and circles of any length. */
class RekeyOrderIT {

    private static final String TREE = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text);
            CREATE TABLE chunk (id text PRIMARY KEY, doc text NOT NULL REFERENCES doc, no int NOT NULL, was text);
            CREATE TABLE mark (id text PRIMARY KEY, chunk text NOT NULL REFERENCES chunk, label text);
            CREATE INDEX ON chunk (doc); CREATE INDEX ON mark (chunk);
            """;

    private static final String TREE_DEFINITION = """
            migration: tree
            rekey:
              table: public.doc
              key: id
              to: wanted
              children:
              - {table: public.chunk, key: id, to: "doc || '-' || no"}
              - {table: public.mark, key: id, to: "chunk || '-' || label"}
              on-duplicate: fail
            """;

    private static final String DERIVED = """
            INSERT INTO chunk SELECT id || '-' || n, id, n, id || n FROM doc, generate_series(1, 3) AS n;
            INSERT INTO mark SELECT id || '-m', id, 'm' FROM chunk;
            """;

    @Test
    void shouldWorkOffAChainThatIsLongerThanABatchFromItsEndT1() {
        int length = 2 * Neighbours.LINKS_MAX + 200;
        Engine engine = Engine.on(
                "chain",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc SELECT 'k' || n, 'k' || n + 1 FROM generate_series(1, %d) AS n".formatted(length));
        EngineRun run =
                engine.commit("{migration: m, rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}}");

        BatchResult first = run.keys(List.of("k1"));

        assertThat(first.outcomes()).isEmpty();
        assertThat(run.pending()).contains("k1").hasSize(2);
        run.drain();
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id <> wanted")).isEqualTo("0");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", (long) length));
        assertThat(engine.values("SELECT key FROM godwit.quarantine")).isEmpty();
    }

    @Test
    void shouldTurnACircleThatIsLongerThanABatchFollowsT1() {
        int length = Neighbours.LINKS_MAX + 200;
        Engine engine = Engine.on(
                "ring",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc SELECT 'k' || n, 'k' || n %% %1$d + 1 FROM generate_series(1, %1$d) AS n"
                        .formatted(length));
        EngineRun run =
                engine.commit("{migration: m, rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}}");

        run.keys(List.of("k1"));
        run.drain();

        assertThat(engine.value("SELECT count(*) FROM doc WHERE id <> wanted")).isEqualTo("0");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", (long) length));
    }

    @Test
    void shouldForeseeAChainThatIsLongerThanABatchT1() {
        int length = Neighbours.LINKS_MAX + 200;
        Engine engine = Engine.on(
                "foresee",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc SELECT 'k' || n, 'k' || n + 1 FROM generate_series(1, %d) AS n".formatted(length));
        EngineRun plan =
                engine.plan("{migration: m, rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}}");

        plan.inspect();

        assertThat(plan.counts()).isEqualTo(Map.of("migrated", (long) length));
    }

    @ParameterizedTest
    @CsvSource({"'a b,b a'", "'a b,b c,c a'", "'a b,b c,c d'", "'a b,b a,c d,d c'"})
    void shouldTurnCirclesOfEntitiesWhoseChildrenHaveDerivedKeysAlreadyT1(String rows) {
        StringBuilder docs = new StringBuilder();
        for (String row : rows.split(",")) {
            docs.append("INSERT INTO doc VALUES ('%s', '%s');".formatted(row.split(" ")[0], row.split(" ")[1]));
        }
        Engine engine = Engine.on("circle", TREE, docs.toString(), DERIVED);
        shouldGoThereAndBack(engine);
        assertThat(engine.value("SELECT count(*) FROM godwit.identity WHERE relation = 1"))
                .isEqualTo(engine.value("SELECT count(*) FROM chunk"));
    }

    @Test
    void shouldTurnCirclesOfDerivedKeysAmongTheChildrenOfOneEntityT1() {
        Engine engine = Engine.on("siblings", TREE, "INSERT INTO doc VALUES ('a', 'a'), ('b', 'x')", DERIVED, """
                DELETE FROM mark WHERE chunk <> 'a-3'; DELETE FROM chunk WHERE id <> 'a-3';
                INSERT INTO chunk VALUES ('a-2', 'a', 1, 'first'), ('a-1', 'a', 2, 'second'), ('x-2', 'b', 1, 'b'), ('x-1', 'b', 2, 'b');
                INSERT INTO mark VALUES ('a-2-q', 'a-2', 'q'), ('a-1-q', 'a-1', 'q');
                """);
        shouldGoThereAndBack(engine);
    }

    private static void shouldGoThereAndBack(Engine engine) {
        Map<String, List<String>> before = engine.contents();
        List<String> hanging =
                engine.values("SELECT d.wanted || c.was FROM chunk c JOIN doc d ON d.id = c.doc ORDER BY 1");
        EngineRun run = engine.commit(TREE_DEFINITION);

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT id FROM doc WHERE id <> wanted")).isEmpty();
        assertThat(engine.values("SELECT id FROM chunk WHERE id <> doc || '-' || no"))
                .isEmpty();
        assertThat(engine.values("SELECT id FROM mark WHERE id <> chunk || '-' || label"))
                .isEmpty();
        assertThat(engine.values("SELECT d.wanted || c.was FROM chunk c JOIN doc d ON d.id = c.doc ORDER BY 1"))
                .isEqualTo(hanging);
        assertThat(engine.values("SELECT key FROM godwit.quarantine")).isEmpty();

        run.rollback();

        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.counts()).doesNotContainKey("diverged");
    }

    @Test
    void shouldFollowAChainInTheOrderInWhichItsMovesWereMade() {
        Engine engine = Engine.on(
                "chainorder",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc VALUES ('a', 'b')");
        EngineRun run =
                engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Uni<Void> opened = Uni.createFrom().completionStage(() -> {
            begun.complete(null);
            return gate;
        });
        CompletableFuture<Ended> began = run.keysAfter(opened, List.of("b")).subscribeAsCompletionStage();
        begun.orTimeout(20, TimeUnit.SECONDS).join();
        run.keys(List.of("a"));
        engine.execute("UPDATE doc SET wanted = 'c'");

        gate.complete(null);
        began.orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(engine.values("SELECT id FROM doc")).containsExactly("c");
        assertThat(engine.value(run.context().operation().countJournaled(), run.id()))
                .isEqualTo("1");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L));
        assertThat(run.outcomes())
                .filteredOn(o -> o.getString("newKey").equals("c"))
                .extracting(o -> o.getJsonArray("formerKeys").getList())
                .containsExactly(List.of("a"));
    }
}
