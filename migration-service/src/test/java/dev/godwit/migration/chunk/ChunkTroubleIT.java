package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What a worker needs, but for the rights on the table. */
    private static final String CLERK = """
            DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trouble_clerk') THEN CREATE ROLE trouble_clerk LOGIN; END IF; END $$;
            GRANT USAGE ON SCHEMA godwit TO trouble_clerk;
            GRANT ALL ON ALL TABLES IN SCHEMA godwit TO trouble_clerk;
            GRANT ALL ON ALL SEQUENCES IN SCHEMA godwit TO trouble_clerk;
            GRANT SELECT, INSERT, UPDATE, DELETE ON doc TO trouble_clerk;
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

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE", "SELECT", "SELECT, UPDATE"})
    void shouldFailTheRunWithALostPrivilegeAndGoOnOnceItIsBack(String lost) {
        Engine engine = Engine.on(
                "trouble18", DOC, "INSERT INTO doc SELECT 'o' || n, 'n' || n FROM generate_series(1, 6) AS n");
        EngineRun run = engine.commit(SIMPLE);
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        engine.execute(CLERK);
        Engine clerk = engine.as("trouble_clerk");
        work(clerk, run.by(clerk), chunks.subList(0, 1));
        engine.execute("REVOKE " + lost + " ON doc FROM trouble_clerk");

        work(clerk, run.by(clerk), chunks.subList(1, 2));

        mustHaveFailedWithoutBlame(engine, run, "permission denied for table doc (SQLSTATE 42501)");
        engine.execute("GRANT " + lost + " ON doc TO trouble_clerk");
        run.state(RunState.BACKFILLING);
        work(clerk, run.by(clerk), chunks);
        assertThat(open(engine)).isEmpty();
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 6L));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"INSPECT", "BACKFILL"})
    void shouldFailTheRunWhoseExpressionCallsAFunctionThatIsGone(Kind kind) {
        Engine engine = Engine.on(
                "trouble20",
                DOC,
                "CREATE FUNCTION spelled(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN upper($1)",
                "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y')");
        String yaml = SIMPLE.replace("to: wanted", "to: spelled(wanted)");
        EngineRun run = kind == Kind.INSPECT ? engine.plan(yaml) : engine.commit(yaml);
        List<Integer> chunks = run.cut(kind);
        engine.execute("ALTER FUNCTION spelled(text) RENAME TO spelt");

        work(engine, run, chunks.subList(0, 1));

        mustHaveFailedWithoutBlame(engine, run, "function spelled(text) does not exist (SQLSTATE 42883)");
    }

    private static void mustHaveFailedWithoutBlame(Engine engine, EngineRun run, String reason) {
        assertThat(run.row().state()).isEqualTo(RunState.FAILED);
        assertThat(engine.value("SELECT reason FROM godwit.run WHERE id = $1", run.id()))
                .isEqualTo(reason);
        assertThat(engine.value("SELECT count(*) FROM godwit.quarantine")).isEqualTo("0");
        assertThat(run.pending()).isEmpty();
    }

    @Test
    void shouldLetKeysWaitForALostPrivilege() {
        Engine engine = Engine.on("trouble18keys", DOC, "INSERT INTO doc VALUES ('a', 'x')");
        EngineRun run = engine.commit(SIMPLE);
        engine.query(
                "INSERT INTO godwit.pending_key (run_id, relation, key, cause, attempts) VALUES ($1, 'public.doc', 'a', 'isolated', 8)",
                run.id());
        engine.execute(CLERK + "REVOKE UPDATE ON doc FROM trouble_clerk");
        Engine clerk = engine.as("trouble_clerk");
        RunContext context = run.by(clerk).context();

        assertThatThrownBy(() -> Engine.await(clerk.pendingKeys().drain(context, false)))
                .satisfies(failure -> assertThat(PgErrors.sqlState(failure)).contains("42501"));

        assertThat(run.pending()).containsExactly("a");
        assertThat(run.story()).isEmpty();
    }

    @Test
    void shouldTellAReferenceRowOfALostPrivilegeNotAsFailed() {
        Engine engine = Engine.on("trouble19right", FAVOURITES);
        EngineRun run = engine.commit(WITH_FAVOURITES);
        run.backfill();
        List<Integer> there = run.cutSweep(Kind.SWEEP);
        engine.execute(CLERK + "GRANT SELECT ON favourite TO trouble_clerk");
        Engine clerk = engine.as("trouble_clerk");

        work(clerk, run.by(clerk), there);

        mustHaveFailedWithoutBlame(engine, run, "permission denied for table favourite (SQLSTATE 42501)");
    }

    /** A trigger of the application's may be right to refuse one row, in words that else are a statement's. */
    @ParameterizedTest
    @CsvSource({
        "EXECUTE 'INSERT INTO log_of_' || NEW.id || ' VALUES (1)', 42P01",
        "IF NEW.id = 'y' THEN RAISE insufficient_privilege; END IF, 42501"
    })
    void shouldBlameTheRowForWhatATriggerRaisesOfIt(String does, String state) {
        Engine engine = Engine.on(
                "trouble18trigger",
                DOC,
                "CREATE TABLE log_of_x (n int); CREATE TABLE log_of_z (n int)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + does + "; RETURN NEW; END $$",
                "CREATE TRIGGER note BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION note()",
                "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y'), ('c', 'z')");
        EngineRun run = engine.commit(SIMPLE);

        work(engine, run, run.cut(Kind.BACKFILL));
        run.drain();

        assertThat(engine.values(TITLES)).containsExactly("b", "x", "z");
        assertThat(run.story()).contains("b -> null failed sqlstate_" + state);
        assertThat(run.row().state()).isEqualTo(RunState.BACKFILLING);
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
