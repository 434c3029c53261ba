package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rows that are computed from others: there, twice, back, and what people do meanwhile. */
class DeriveIT {

    private static final List<String> LIBRARY = List.of(
            "CREATE TABLE person (id integer PRIMARY KEY, head boolean NOT NULL DEFAULT false)",
            "CREATE TABLE shelf (id integer PRIMARY KEY, keeper integer)",
            "CREATE TABLE duty (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person integer NOT NULL, kind varchar(8) NOT NULL, shelf integer,"
                    + " note text, UNIQUE NULLS NOT DISTINCT (person, kind, shelf))",
            "INSERT INTO person VALUES (1, true), (2, false), (3, false), (4, false)",
            "INSERT INTO shelf VALUES (10, 2), (11, 2), (12, 3), (13, 1)");

    private static final String DUTIES = """
            migration: duties
            derive:
              from: public.person
              into: public.duty
              identity: [person, kind, shelf]
              rows: |
                SELECT entity.id AS person, 'head' AS kind, NULL::integer AS shelf FROM entity WHERE entity.head
                UNION ALL
                SELECT entity.id, 'keeper', s.id FROM entity JOIN public.shelf AS s ON s.keeper = entity.id WHERE NOT entity.head
              watch:
                - {table: public.shelf, entity: keeper}
            summary: [head]
            """;

    private static final TableName SHELF = new TableName("public", "shelf");

    private static Engine library(String... more) {
        List<String> sql = new ArrayList<>(LIBRARY);
        sql.addAll(List.of(more));
        return Engine.on("derive", sql.toArray(String[]::new));
    }

    private static List<String> duties(Engine engine) {
        return engine.values("SELECT concat_ws(' ', person, kind, shelf, note) FROM duty ORDER BY 1");
    }

    private static List<String> reports(EngineRun run, String... outcomes) {
        return run.story().stream()
                .filter(line -> List.of(outcomes).stream().anyMatch(line::contains))
                .toList();
    }

    /** What the tail does with a changed shelf. */
    private static void shelfChanged(Engine engine, EngineRun run, int shelf) {
        RunContext context = run.context();
        Set<String> changed = new LinkedHashSet<>(Set.of(Integer.toString(shelf)));
        List<String> keys = Engine.await(engine.batches()
                .inTransaction(connection -> context.on(connection, 0).entitiesOf(Map.of(SHELF, changed))));
        run.keys(keys);
    }

    /** The scan that precedes completion; answers how much it put right. */
    private static long verify(Engine engine, EngineRun run) {
        long before = putRight(engine, run);
        run.state(RunState.VERIFYING);
        run.work(Kind.VERIFY, run.cut(Kind.VERIFY));
        run.sweep();
        return putRight(engine, run) - before;
    }

    private static long putRight(Engine engine, EngineRun run) {
        return Long.parseLong(engine.value(
                "SELECT coalesce(sum(migrated + translated), 0)::bigint FROM godwit.stream WHERE run_id = $1",
                run.id()));
    }

    @Test
    void shouldInsertWhatIsMissingAndLeaveWhatIsThere() {
        Engine engine = library(
                "INSERT INTO duty (person, kind, shelf, note) VALUES (2, 'keeper', 10, 'by hand'), (1, 'head', NULL, 'by hand')");
        EngineRun run = engine.commit(DUTIES);

        assertThat(run.complete()).isZero();

        assertThat(duties(engine))
                .containsExactly("1 head by hand", "2 keeper 10 by hand", "2 keeper 11", "3 keeper 12");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "unchanged", 2L));
        run.rollback();
        assertThat(duties(engine)).containsExactly("1 head by hand", "2 keeper 10 by hand");
        assertThat(run.counts()).containsEntry("reverted", 2L).doesNotContainKey("diverged");
    }

    @Test
    void shouldWriteNothingTheSecondTime() {
        Engine engine = library();
        engine.commit(DUTIES).complete();
        Map<String, List<String>> after = engine.contents();

        EngineRun again = engine.commit(DUTIES);
        again.complete();

        assertThat(again.counts()).isEqualTo(Map.of("unchanged", 4L));
        assertThat(engine.contents()).isEqualTo(after);
        again.rollback();
        assertThat(engine.contents()).isEqualTo(after);
    }

    @Test
    void shouldDoNothingForNobody() {
        Engine engine = library("TRUNCATE person");
        EngineRun run = engine.commit(DUTIES);

        run.complete();
        run.rollback();

        assertThat(duties(engine)).isEmpty();
        assertThat(run.counts()).isEmpty();
    }

    @Test
    void shouldPlanWhatACommitDoes() {
        Engine engine = library(
                "CREATE TABLE kind (name text PRIMARY KEY)",
                "INSERT INTO kind VALUES ('keeper'), ('guest')",
                "ALTER TABLE duty ADD CONSTRAINT known_kind FOREIGN KEY (kind) REFERENCES kind, ADD CONSTRAINT no_13 CHECK (shelf <> 13)",
                "CREATE UNIQUE INDEX one_keeper ON duty (shelf)",
                "INSERT INTO person SELECT n FROM generate_series(5, 9) AS n",
                "INSERT INTO shelf VALUES (14, 4), (15, 5), (0, 6), (16, 8)",
                "INSERT INTO duty (person, kind, shelf) VALUES (99, 'guest', 14), (8, 'keeper', 16)",
                "UPDATE shelf SET keeper = 7 WHERE id = 13",
                "UPDATE shelf SET keeper = NULL WHERE id = 12");
        String yaml = DUTIES.replace(
                "'keeper', s.id", "CASE s.id WHEN 15 THEN 'far too long' ELSE 'keeper' END, nullif(s.id, 1 / s.id)");
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun run = engine.commit(yaml);
        isolating(engine, run);

        assertThat(plan.story())
                .containsExactly(
                        "1 -> null failed sqlstate_23503",
                        "2 -> null migrated null",
                        "3 -> null unchanged null",
                        "4 -> null failed sqlstate_23505",
                        "5 -> null failed sqlstate_22001",
                        "6 -> null failed sqlstate_22012",
                        "7 -> null failed sqlstate_23514",
                        "8 -> null unchanged null",
                        "9 -> null unchanged null");
        assertThat(reports(run, "migrated", "failed")).isEqualTo(reports(plan, "migrated", "failed"));
        assertThat(run.outcomes().stream().map(o -> o.getString("detail"))).contains("2 rows");
        run.complete();
        assertThat(run.counts()).isEqualTo(plan.counts());
    }

    /** What a worker does when no batch of a range gets through. */
    private static void isolating(Engine engine, EngineRun run) {
        for (int chunk : run.cut(Kind.BACKFILL)) {
            Engine.await(engine.chunkWork().isolate(run.context(), Kind.BACKFILL, chunk));
        }
        run.drain();
    }

    @Test
    void shouldKeepWhatPeopleMadeEvenSecondsAfterUs() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        engine.execute("INSERT INTO duty (person, kind, shelf, note) VALUES (3, 'guest', 12, 'by hand')");
        engine.execute("UPDATE duty SET note = 'mine' WHERE shelf = 10");
        engine.execute("DELETE FROM duty WHERE person = 1");
        engine.execute("INSERT INTO duty (person, kind, note) VALUES (1, 'head', 'by hand')");
        Row preview =
                engine.query(run.context().operation().previewUndo(), run.id()).get(0);
        assertThat(preview.getLong("deleted")).isEqualTo(2);
        assertThat(preview.getLong("left")).isEqualTo(1);

        run.rollback();

        assertThat(duties(engine)).containsExactly("1 head by hand", "2 keeper 10 mine", "3 guest 12 by hand");
        assertThat(run.counts()).containsEntry("reverted", 2L).containsEntry("diverged", 1L);
        assertThat(reports(run, "diverged"))
                .containsExactly(
                        "2 -> null diverged changed_since",
                        "2 -> null diverged changed_since",
                        "5 -> null diverged written_by_others",
                        "6 -> null diverged written_by_others");
    }

    @Test
    void shouldKeepARowThatWasMadeAnewUnderTheSameKey() {
        Engine engine = library("CREATE TABLE badge (person integer PRIMARY KEY, note text)");
        EngineRun run = engine.commit("""
                migration: badges
                derive: {from: public.person, into: public.badge, identity: [person], rows: SELECT id AS person FROM entity}
                """);
        run.backfill();
        engine.execute("DELETE FROM badge WHERE person = 1");
        engine.execute("INSERT INTO badge VALUES (1)");

        run.rollback();

        assertThat(engine.values("SELECT person FROM badge")).containsExactly("1");
        assertThat(run.counts()).containsEntry("reverted", 3L).containsEntry("diverged", 1L);
    }

    @Test
    void shouldKeepARowOnWhichRowsOfOthersHang() {
        Engine engine = library("CREATE TABLE hours (duty integer REFERENCES duty ON DELETE CASCADE)");
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        engine.execute("INSERT INTO hours SELECT id FROM duty WHERE shelf = 12");

        run.rollback();

        assertThat(duties(engine)).containsExactly("3 keeper 12");
        assertThat(engine.value("SELECT count(*) FROM hours")).isEqualTo("1");
        assertThat(reports(run, "diverged")).contains("3 -> null diverged referenced");
    }

    @Test
    void shouldTakeBackWhatAnotherRunHasChangedAndGivenBack() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        EngineRun notes = engine.commit("""
                migration: notes
                transform: {table: public.duty, pending: note IS NULL, set: {note: "'x'"}, writers: old}
                """);
        notes.backfill();
        assertThat(duties(engine)).allMatch(duty -> duty.endsWith(" x"));
        notes.rollback();

        run.rollback();

        assertThat(duties(engine)).isEmpty();
        assertThat(run.counts()).doesNotContainKey("diverged");
    }

    @Test
    void shouldHearOfRowsThatTheQueryReadsBesidesT15() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        engine.execute("INSERT INTO shelf VALUES (20, 4), (21, 3), (22, NULL)");

        List.of(20, 21, 22).forEach(shelf -> shelfChanged(engine, run, shelf));

        assertThat(duties(engine))
                .contains("3 keeper 12", "3 keeper 21", "4 keeper 20")
                .hasSize(6);
        assertThat(run.counts()).as("an entity counts once").isEqualTo(Map.of("migrated", 4L));
        assertThat(reports(run, DeriveResult.LATE_ROW)).hasSize(1);
        run.rollback();
        assertThat(duties(engine)).isEmpty();
        assertThat(run.counts()).containsEntry("reverted", 4L);
    }

    @Test
    void shouldFindMissingAndSuperfluousRowsWhenItVerifiesT15() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        engine.execute("UPDATE person SET head = true WHERE id = 2");
        engine.execute("DELETE FROM person WHERE id = 3");
        engine.execute("INSERT INTO duty (person, kind, shelf, note) VALUES (4, 'guest', 12, 'by hand')");

        assertThat(verify(engine, run)).as("one came, three went").isEqualTo(4);

        assertThat(duties(engine)).containsExactly("1 head", "2 head", "4 guest 12 by hand");
        assertThat(verify(engine, run)).isZero();
        assertThat(engine.value(run.context().operation().countJournaled(), run.id()))
                .isEqualTo(run.counts().get("migrated").toString());
        run.rollback();
        assertThat(duties(engine)).containsExactly("4 guest 12 by hand");
    }

    @Test
    void shouldLeaveASuperfluousRowThatSomebodyChanged() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        run.backfill();
        engine.execute("UPDATE duty SET note = 'mine' WHERE shelf = 12");
        engine.execute("DELETE FROM shelf WHERE id = 12");

        run.complete();

        assertThat(duties(engine)).contains("3 keeper 12 mine");
    }

    @Test
    void shouldActOnPartsOnly() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES.replace("  watch:", "  where: id < 4\n  watch:"));

        BatchResult result = run.keys(List.of("2", "4", "77"));

        assertThat(EngineRun.story(result)).containsExactly("2 -> null migrated null");
        assertThat(result.outOfScope()).containsExactly("4");
        assertThat(result.notFound()).containsExactly("77");
        assertThat(duties(engine)).containsExactly("2 keeper 10", "2 keeper 11");
        assertThat(pending(engine, run, List.of("1", "2", "3", "4"))).containsExactly("1", "3");
    }

    private static List<String> pending(Engine engine, EngineRun run, List<String> keys) {
        RunContext context = run.context();
        return Engine.await(engine.batches()
                .inTransaction(connection -> context.on(connection, 0).pending(new Selection.Keys(keys))));
    }

    @Test
    void shouldInsertOnceWhenTwoLanesMeetInAnEntity() {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Ended> first = run.keysLater(
                        List.of("2"), Uni.createFrom().completionStage(gate))
                .subscribeAsCompletionStage();
        CompletableFuture<Ended> second = run.keysLater(
                        List.of("2", "3"), Uni.createFrom().voidItem())
                .onFailure()
                .retry()
                .indefinitely()
                .subscribeAsCompletionStage();

        gate.complete(null);

        assertThat(CompletableFuture.allOf(first, second)).succeedsWithin(TestPostgres.stepTimeout());
        assertThat(duties(engine)).containsExactly("2 keeper 10", "2 keeper 11", "3 keeper 12");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L));
    }

    @Test
    void shouldNotOverlookWhatIsBeingDerivedFromRowsThatAreGoneT04() throws Exception {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        CompletableFuture<Void> derived = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Ended> first = run.keysLater(
                        List.of("3"), Uni.createFrom().completionStage(() -> {
                            derived.complete(null);
                            return gate;
                        }))
                .subscribeAsCompletionStage();
        derived.get();

        engine.execute("DELETE FROM shelf WHERE id = 12");
        assertThatThrownBy(() -> run.keys(List.of("3"))).matches(PgErrors::isLockNotAvailable);
        gate.complete(null);
        first.get();
        run.keys(List.of("3"));

        assertThat(duties(engine)).isEmpty();
    }

    @Test
    void shouldNotDeriveFromWhatTheApplicationIsAboutToChangeT04() throws SQLException {
        Engine engine = library();
        EngineRun run = engine.commit(DUTIES);
        try (Connection application = TestPostgres.connect(engine.database());
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("UPDATE person SET head = true WHERE id = 2");

            assertThatThrownBy(() -> run.keys(List.of("2"))).matches(PgErrors::isLockNotAvailable);
            application.commit();
        }

        run.keys(List.of("2"));

        assertThat(duties(engine)).containsExactly("2 head");
    }

    @Test
    void shouldTellARowThatATriggerKeepsOut() {
        Engine engine = library(
                "CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE TRIGGER no_heads BEFORE INSERT ON duty FOR EACH ROW WHEN (NEW.kind = 'head') EXECUTE FUNCTION drop_row()");
        EngineRun run = engine.commit(DUTIES);

        run.backfill();

        assertThat(reports(run, "failed")).containsExactly("1 -> null failed not_inserted");
        assertThat(run.complete())
                .as("the scan passes an entity by that failed")
                .isZero();
    }

    @Test
    void shouldDeriveAcrossPartitionsAndStrangeNames() {
        Engine engine = Engine.on(
                "derive",
                "CREATE TABLE \"Us\"\"ers\" (\"I.d\" text, PRIMARY KEY (\"I.d\")) PARTITION BY HASH (\"I.d\")",
                "CREATE TABLE u0 PARTITION OF \"Us\"\"ers\" FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "CREATE TABLE u1 PARTITION OF \"Us\"\"ers\" FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                "CREATE TABLE \"Ro les\" (\"User\" text, \"select\" bigint, at timestamptz DEFAULT 'infinity', PRIMARY KEY (\"User\", \"select\")) PARTITION BY HASH (\"User\")",
                "CREATE TABLE r0 PARTITION OF \"Ro les\" FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "CREATE TABLE r1 PARTITION OF \"Ro les\" FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                "INSERT INTO \"Us\"\"ers\" SELECT 'käse \"' || n FROM generate_series(1, 30) AS n");
        EngineRun run = engine.commit("""
                migration: strange
                derive:
                  from: '"public"."Us""ers"'
                  into: public.Ro les
                  identity: [User, select]
                  rows: SELECT "I.d" AS "User", n AS "select" FROM entity, generate_series(1, 2) AS n
                """);

        assertThat(run.complete()).isZero();
        assertThat(engine.value("SELECT count(*) FROM \"Ro les\"")).isEqualTo("60");
        engine.execute("DELETE FROM \"Us\"\"ers\" WHERE \"I.d\" = 'käse \"7'");
        assertThat(verify(engine, run)).isEqualTo(2);
        engine.execute("UPDATE \"Ro les\" SET at = now() WHERE \"User\" = 'käse \"8' AND \"select\" = 2");
        run.rollback();

        assertThat(engine.values("SELECT \"User\" || \"select\" FROM \"Ro les\""))
                .containsExactly("käse \"82");
        assertThat(reports(run, "diverged")).contains("[\"käse \\\"8\",\"2\"] -> null diverged changed_since");
    }
}
