package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.LostCommitException;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which a migration like this loses, doubles or misreports something, each with the number that the design knows it by. */
class RekeyTrapsIT {

    private static final String DOCS = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int NOT NULL DEFAULT 0, %s);
            CREATE TABLE page (id int PRIMARY KEY, doc text NOT NULL REFERENCES doc, n int NOT NULL, UNIQUE (doc, n));
            CREATE INDEX ON page (doc);
            """.formatted(Engine.WIDE);

    private static String docs(String policy, String more) {
        return """
                migration: docs
                rekey: {table: public.doc, key: id, to: wanted, on-duplicate: %s%s%s}
                """.formatted(policy, policy.equals("merge") ? ", merge: {keep: newest(at)}" : "", more);
    }

    private static String insert(String... rows) {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < rows.length; i++) {
            String[] row = rows[i].split(" ");
            sql.append("INSERT INTO doc VALUES ('%s', '%s', %d); INSERT INTO page VALUES (%d, '%s', 1);"
                    .formatted(row[0], row[1], i, i, row[0]));
        }
        return sql.toString();
    }

    private static Map<String, String> wantedByPage(Engine engine) {
        return engine.query("SELECT p.id::text, d.wanted FROM page p JOIN doc d ON d.id = p.doc").stream()
                .collect(Collectors.toMap(row -> row.getString(0), row -> row.getString(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "merge, 'A B,B C,C D'",
        "skip, 'A B,B C,C D'",
        "fail, 'A B,B C,C D'",
        "merge, 'C D,B C,A B'",
        "fail, 'C D,B C,A B'",
        "merge, 'A B,B A'",
        "skip, 'A B,B A'",
        "fail, 'A B,B A'"
    })
    void shouldMoveOccupantsFirstAndNeverMergeThemT1(String policy, String rows) {
        String[] all = rows.split(",");
        Engine engine = Engine.on("t1", DOCS, insert(all));
        Map<String, String> wanted = wantedByPage(engine);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(docs(policy, ""));

        List<Integer> chunks = run.cut(Kind.BACKFILL);
        assertThat(chunks).hasSize(all.length);
        run.work(Kind.BACKFILL, chunks);
        run.drain();

        assertThat(engine.value("SELECT count(*) FROM doc WHERE id = wanted")).isEqualTo(String.valueOf(all.length));
        assertThat(wantedByPage(engine)).isEqualTo(wanted);
        assertThat(run.counts()).isEqualTo(Map.of("migrated", (long) all.length));
        assertThat(engine.value("SELECT count(*) FROM godwit.identity WHERE merged"))
                .isEqualTo("0");

        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = RunState.class,
            names = {"PAUSED", "FAILED", "CANCELLING", "FOLLOWING"})
    void shouldNotLetARunChangeItsStateUnderABatchT2(RunState target) {
        Engine engine = Engine.on("t2", DOCS, insert("a x", "b y"));
        EngineRun run = engine.commit(docs("fail", ""));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> reached = new CompletableFuture<>();
        Uni<Void> held = Uni.createFrom().item(() -> reached.complete(null)).chain(() -> Uni.createFrom()
                .completionStage(gate));

        CompletableFuture<Ended> batch = run.keysLater(List.of("a"), held).subscribeAsCompletionStage();
        reached.orTimeout(20, TimeUnit.SECONDS).join();
        CompletableFuture<Boolean> transition =
                engine.runs().transition(run.row(), target, Optional.empty()).subscribeAsCompletionStage();

        Awaitility.await().until(() -> engine.value(
                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 24744 AND NOT granted AND mode = 'ExclusiveLock'")
                .equals("1"));
        assertThat(transition).isNotDone();
        assertThat(run.row().state()).isEqualTo(RunState.BACKFILLING);

        gate.complete(null);
        assertThat(batch.join()).isInstanceOf(Ended.Committed.class);
        assertThat(transition.join()).isTrue();
        assertThat(engine.value("SELECT id FROM doc WHERE wanted = 'x'")).isEqualTo("x");

        List<Integer> chunks = run.cut(Kind.BACKFILL);
        assertThat(run.batch(Kind.BACKFILL, chunks.get(1))).isEqualTo(new Ended.Stopped(target));
        assertThat(engine.value("SELECT id FROM doc WHERE wanted = 'y'")).isEqualTo("b");
    }

    @Test
    void shouldTranslateAnOldKeyThatWasWrittenUncommittedDuringTheBatchT3() throws SQLException {
        Engine engine = Engine.on(
                "t3",
                DOCS,
                "CREATE TABLE log (id int PRIMARY KEY, doc text); CREATE INDEX ON log (doc)",
                insert("a x"),
                "INSERT INTO log VALUES (1, 'a')");
        EngineRun run = engine.commit(docs("fail", ", references: [{table: log, column: doc}]"));

        try (Connection application = TestPostgres.connect(engine.database());
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO log VALUES (2, 'a')");
            run.backfill();
            application.commit();
        }
        engine.execute("INSERT INTO log VALUES (3, 'a'), (4, 'other')");
        assertThat(engine.values("SELECT doc FROM log ORDER BY id")).containsExactly("x", "a", "a", "other");

        RunContext context = run.context();
        BatchResult late = Engine.await(engine.sessions().inTransaction(connection -> context.on(connection, 99)
                .references(new TableName("public", "log"), List.of("2", "4", "77"))));
        assertThat(EngineRun.story(late)).containsExactly("2 -> null migrated late_reference");
        run.sweep();

        assertThat(engine.values("SELECT doc FROM log ORDER BY id")).containsExactly("x", "x", "x", "other");
    }

    @Test
    void shouldNotOverlookAReferenceToAnEntityThatIsMovingT3() {
        Engine engine = Engine.on(
                "t3moving",
                DOCS,
                "CREATE TABLE log (id int PRIMARY KEY, doc text); CREATE INDEX ON log (doc)",
                insert("a x"));
        EngineRun run = engine.commit(docs("fail", ", references: [{table: log, column: doc}]"));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> moved = new CompletableFuture<>();
        CompletableFuture<Ended> batch = run.keysLater(
                        List.of("a"), Uni.createFrom().completionStage(() -> {
                            moved.complete(null);
                            return gate;
                        }))
                .subscribeAsCompletionStage();
        moved.orTimeout(20, TimeUnit.SECONDS).join();

        engine.execute("INSERT INTO log VALUES (2, 'a')");
        assertThatThrownBy(() -> logged(engine, run, "2")).matches(PgErrors::isLockNotAvailable);
        gate.complete(null);
        batch.join();
        logged(engine, run, "2");

        assertThat(engine.values("SELECT doc FROM log")).containsExactly("x");
    }

    /** What the tail does with a row of the log. */
    private static void logged(Engine engine, EngineRun run, String row) {
        RunContext context = run.context();
        Engine.await(engine.sessions().inTransaction(connection -> context.on(connection, 99)
                .references(new TableName("public", "log"), List.of(row))));
    }

    @Test
    void shouldLeaveAnOldKeyAloneThatAnotherEntityHasNowT3() {
        Engine engine = Engine.on(
                "t3b",
                DOCS,
                "CREATE TABLE log (id int PRIMARY KEY, doc text)",
                insert("a b", "b c"),
                "INSERT INTO log VALUES (1, 'a'), (2, 'b')");
        EngineRun run = engine.commit(docs("fail", ", references: [{table: log, column: doc}]"));

        run.complete();

        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("b", "c");
        assertThat(engine.value("SELECT doc FROM log WHERE id = 1")).isEqualTo("b");
    }

    @Test
    void shouldSearchNoReferenceWithoutAnIndexT5() {
        Engine engine = Engine.on("t5", DOCS, """
                CREATE TABLE fast (id int PRIMARY KEY, doc text); CREATE INDEX ON fast (doc);
                CREATE TABLE slow (id int PRIMARY KEY, doc text);
                CREATE TABLE pin (id int PRIMARY KEY, docs text[]); CREATE INDEX ON pin USING gin (docs);
                """, insert("a x", "b y"));
        EngineRun run = engine.commit(docs(
                "fail",
                ", references: [{table: fast, column: doc}, {table: slow, column: doc}, {table: pin, column: docs}]"));

        String rewrite = ((Rekey) run.context().operation()).sql().rewrite();
        String plan = Engine.await(engine.sessions().inTransaction(connection -> connection
                .query("EXPLAIN "
                        + rewrite.replace("$1", "'{a,b}'")
                                .replace("$2", "'{x,y}'")
                                .replace("$3", "'{null,null}'"))
                .execute()
                .map(rows -> {
                    List<String> lines = new ArrayList<>();
                    rows.forEach(row -> lines.add(row.getString(0)));
                    return String.join("\n", lines);
                })));

        assertThat(plan)
                .contains("on fast")
                .contains("on pin")
                .contains("on page")
                .doesNotContain("slow");
        assertThat(plan).doesNotContain("Seq Scan on");
    }

    @Test
    void shouldQueueRowsThatAReferenceToThemselvesMovedT6() {
        Engine engine = Engine.on(
                "t6",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int DEFAULT 0, parent text REFERENCES doc); CREATE INDEX ON doc (parent)",
                "INSERT INTO doc (id, wanted) SELECT 'o' || n, 'n' || n FROM generate_series(0, 1999) AS n",
                "UPDATE doc SET parent = 'o' || ((substr(id, 2)::int * 7 + 13) % 2000)",
                "VACUUM ANALYZE doc");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(docs("fail", ""));

        run.work(Kind.BACKFILL, run.cut(Kind.BACKFILL));

        assertThat(run.pending()).isNotEmpty();
        run.drain();
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id <> wanted")).isEqualTo("0");
        assertThat(
                        engine.value(
                                "SELECT count(*) FROM doc WHERE substr(parent, 2)::int <> (substr(id, 2)::int * 7 + 13) % 2000"))
                .isEqualTo("0");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2000L));
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldTellOneOutcomePerEntityOnATableWithFreeSpaceT7() {
        Engine engine = Engine.on(
                "t7",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int DEFAULT 0, note text) WITH (fillfactor = 100)",
                "INSERT INTO doc SELECT 'o' || n, CASE WHEN n % 5 = 0 THEN 'o' ELSE 'n' END || n, 0, repeat('x', 40) FROM generate_series(1, 5000) AS n",
                "DELETE FROM doc WHERE substr(id, 2)::int > 3000 AND substr(id, 2)::int % 2 = 0",
                "VACUUM ANALYZE doc");
        EngineRun run = engine.commit(docs("fail", ""));

        assertThat(run.complete()).isZero();

        long entities = Long.parseLong(engine.value("SELECT count(*) FROM doc"));
        assertThat(run.counts().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(entities);
        assertThat(run.outcomes())
                .extracting(o -> o.getString("key"))
                .doesNotHaveDuplicates()
                .hasSize((int) entities);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldChooseTheSurvivorWhateverTheOrderOfChunksT8(int seed) {
        Engine engine = Engine.on(
                "t8", DOCS, insert("a X", "b y", "c X", "d z", "e X"), "UPDATE doc SET at = 9 WHERE id = 'c'");
        EngineRun plan = engine.plan(docs("merge", ""));
        plan.inspect();
        EngineRun run = engine.commit(docs("merge", ""));
        List<Integer> chunks = new ArrayList<>(run.cut(Kind.BACKFILL));
        Collections.shuffle(chunks, new Random(seed));

        run.work(Kind.BACKFILL, chunks);
        run.drain();

        assertThat(plan.story()).contains("a -> X migrated merged", "c -> X migrated null", "e -> X migrated merged");
        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(run.counts()).isEqualTo(plan.counts()).isEqualTo(Map.of("migrated", 5L));
        assertThat(engine.value("SELECT at FROM doc WHERE id = 'X'")).isEqualTo("9");
    }

    @Test
    void shouldRewriteTwoKeysOfOneBatchInOneValueT13() {
        Engine engine = Engine.on(
                "t13",
                DOCS,
                """
                CREATE TABLE pin (id int PRIMARY KEY, docs text[]); CREATE INDEX ON pin USING gin (docs);
                CREATE TABLE setting (id int PRIMARY KEY, j jsonb, t json);
                """,
                insert("a x", "b y", "c z"),
                "INSERT INTO pin VALUES (1, '{a,other,b,NULL,a}')",
                "INSERT INTO setting VALUES (1, '{\"d\": [\"a\", \"b\", \"q\"]}', '{\"d\":  [\"b\",\"a\"], \"d\":[\"c\"]}')");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(
                docs(
                        "fail",
                        ", references: [{table: pin, column: docs}, {table: setting, column: j, path: '$.d[*]'}, {table: setting, column: t, path: '$.d[*]'}]"));

        run.keys(List.of("a", "b", "c"));
        assertThat(engine.value("SELECT docs::text FROM pin")).isEqualTo("{x,other,y,NULL,x}");
        run.sweep();

        assertThat(engine.value("SELECT j::text FROM setting")).isEqualTo("{\"d\": [\"x\", \"y\", \"q\"]}");
        assertThat(engine.value("SELECT t::text FROM setting")).isEqualTo("{\"d\":  [\"y\",\"x\"], \"d\":[\"z\"]}");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldNotHoldTheApplicationUpWhenAWorkerStopsT14() throws SQLException {
        Engine engine = Engine.on("t14", DOCS, insert("a x"));
        EngineRun run = engine.commit(docs("fail", ""));
        CompletableFuture<Void> reached = new CompletableFuture<>();
        Uni<Void> never = Uni.createFrom().item(() -> reached.complete(null)).chain(() -> Uni.createFrom()
                .nothing());

        CompletableFuture<Ended> batch = run.keysLater(List.of("a"), never).subscribeAsCompletionStage();
        reached.orTimeout(20, TimeUnit.SECONDS).join();
        long started = System.nanoTime();
        engine.execute("UPDATE doc SET at = 5 WHERE wanted = 'x'");

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(3));
        assertThat(engine.value("SELECT id || at FROM doc")).isEqualTo("a5");
        batch.cancel(true);
    }

    @Test
    void shouldNoticeThatACommitWasNoneT21() {
        Engine engine = Engine.on("t21", "CREATE TABLE t (id int PRIMARY KEY)");

        assertThatThrownBy(() -> Engine.await(engine.sessions().inTransaction(connection -> connection
                        .query("INSERT INTO t VALUES (1)")
                        .execute()
                        .chain(() -> connection.query("SELECT 1 / 0").execute())
                        .onFailure()
                        .recoverWithNull())))
                .satisfies(failure -> assertThat(failure instanceof LostCommitException
                                || PgErrors.sqlState(failure)
                                        .filter("25P02"::equals)
                                        .isPresent())
                        .isTrue());
        assertThat(engine.value("SELECT count(*) FROM t")).isEqualTo("0");
    }

    @Test
    void shouldPlanInATransactionThatCannotWriteT24() {
        Engine engine = Engine.on(
                "t24",
                DOCS,
                "CREATE FUNCTION sneaky(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO page VALUES (99, 'a', 99); RETURN $1; END $$",
                insert("a x"));
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(docs("fail", ""));
        engine.query(
                "UPDATE godwit.run SET definition = replace(definition, 'to: wanted', 'to: sneaky(wanted)') WHERE id = $1",
                plan.id());
        List<Integer> chunks = plan.cut(Kind.INSPECT);

        assertThatThrownBy(() -> plan.work(Kind.INSPECT, chunks))
                .satisfies(failure -> assertThat(PgErrors.sqlState(failure)).contains("25006"));
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldNotLetAPlanEmitMessagesT24() {
        Engine engine = Engine.on(
                "t24b",
                DOCS,
                "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean) FROM PUBLIC",
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 't24_planner') THEN CREATE ROLE t24_planner LOGIN; END IF; END $$",
                "GRANT SELECT ON doc, page TO t24_planner",
                "GRANT USAGE ON SCHEMA godwit TO t24_planner; GRANT ALL ON ALL TABLES IN SCHEMA godwit TO t24_planner; GRANT ALL ON ALL SEQUENCES IN SCHEMA godwit TO t24_planner",
                insert("a x"));
        String yaml = docs("fail", "")
                .replace("to: wanted", "to: \"wanted || pg_logical_emit_message(true, 'p', 'x')::text\"");
        EngineRun plan = engine.plan(docs("fail", ""));
        engine.query("UPDATE godwit.run SET definition = $2 WHERE id = $1", plan.id(), yaml);
        List<Integer> chunks = plan.cut(Kind.INSPECT);

        assertThatThrownBy(() -> plan.by(engine.as("t24_planner")).work(Kind.INSPECT, chunks))
                .satisfies(failure -> assertThat(PgErrors.sqlState(failure)).contains("42501"));
    }

    @Test
    void shouldNoticeThatTheHeapWasRewrittenT27() {
        Engine engine = Engine.on("t27", DOCS, insert("a x", "b y", "c z"));
        EngineRun run = engine.commit(docs("fail", ""));
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        run.batch(Kind.BACKFILL, chunks.get(0));

        engine.execute("VACUUM FULL doc");

        assertThatThrownBy(() -> run.batch(Kind.BACKFILL, chunks.get(1)))
                .satisfies(failure ->
                        assertThat(failure.getClass().getSimpleName()).isEqualTo("ChangedTablesException"));
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id = wanted")).isEqualTo("1");
        run.backfill();
        assertThat(engine.value("SELECT count(*) FROM doc WHERE id = wanted")).isEqualTo("3");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L));
    }

    @Test
    void shouldHideDataAndDeferredWritesButNotTheOutboxT28() {
        Engine engine = Engine.on(
                "t28", DOCS, """
                CREATE TABLE trail (id text);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO trail VALUES (NEW.id); RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON doc DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
                CREATE PUBLICATION all_tables FOR ALL TABLES;
                """, insert("a x"), "SELECT pg_create_logical_replication_slot('t28', 'pgoutput')");
        EngineRun run = engine.commit(docs("fail", ""));

        try {
            run.backfill();

            assertThat(engine.value("SELECT count(*) FROM trail")).isEqualTo("1");
            List<String> relations = engine.values("""
                    SELECT encode(substr(data, 6, 40), 'escape')
                      FROM pg_logical_slot_get_binary_changes('t28', NULL, NULL, 'proto_version', '1', 'publication_names', 'all_tables', 'origin', 'none')
                     WHERE get_byte(data, 0) = ascii('R')
                    """);
            assertThat(relations).anyMatch(name -> name.contains("outbox"));
            assertThat(relations).noneMatch(name -> name.contains("trail") || name.contains("public"));
        } finally {
            engine.execute("SELECT pg_drop_replication_slot('t28')");
        }
    }

    @Test
    void shouldShowThePlanOfASessionWhoseLastBatchFailedT28() {
        Engine engine = Engine.on(
                "t28b",
                3,
                DOCS,
                "CREATE PUBLICATION all_tables FOR ALL TABLES",
                insert("a x"),
                "SELECT pg_create_logical_replication_slot('t28b', 'pgoutput')");
        EngineRun run = engine.commit(docs("fail", ""));
        EngineRun plan = engine.plan(docs("fail", ""));
        try {
            IntStream.range(0, 3)
                    .mapToObj(i -> run.keysLater(
                                    List.of(),
                                    Uni.createFrom()
                                            .voidItem()
                                            .onItem()
                                            .delayIt()
                                            .by(Duration.ofMillis(200))
                                            .chain(() -> Uni.createFrom().failure(new IllegalStateException("no"))))
                            .onFailure()
                            .recoverWithNull()
                            .subscribeAsCompletionStage())
                    .toList()
                    .forEach(CompletableFuture::join);

            plan.inspect();

            assertThat(plan.counts()).isEqualTo(Map.of("migrated", 1L));
            assertThat(engine.values("""
                    SELECT encode(substr(data, 6, 40), 'escape')
                      FROM pg_logical_slot_get_binary_changes('t28b', NULL, NULL, 'proto_version', '1', 'publication_names', 'all_tables', 'origin', 'none')
                     WHERE get_byte(data, 0) = ascii('R')
                    """)).anyMatch(name -> name.contains("outbox"));
        } finally {
            engine.execute("SELECT pg_drop_replication_slot('t28b')");
        }
    }

    @Test
    void shouldTellAllEntitiesOfARangeThatNeedWorkAndLockNothing() {
        Engine engine = Engine.on("pending", DOCS, insert("a x", "b b", "c z"));
        EngineRun run = engine.commit(docs("fail", ""));

        RunContext context = run.context();
        List<String> pending = Engine.await(engine.sessions().inTransaction(connection -> context.on(connection, 0)
                .pending(new Selection.BlockRange(new TableName("public", "doc"), 0, 9))));

        assertThat(pending).containsExactly("a", "c");
    }
}
