package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParkedKeysIT {

    private static final TableName DOC = new TableName("public", "doc");

    private Engine engine;
    private EngineRun run;
    private ParkedKeys parked;

    @BeforeEach
    void pauseARun() {
        engine = Engine.on("t09", "CREATE TABLE doc (id text PRIMARY KEY, wanted text)");
        run = engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        run.state(RunState.PAUSED);
        parked = new ParkedKeys(engine.batches(), 3);
    }

    @Test
    void shouldKeepEachKeyOnceT09() {
        park("a", "b");
        park("b", "c");

        assertThat(run.pending()).containsExactly("a", "b", "c");
        assertThat(run.row().rescan()).isFalse();
    }

    @Test
    void shouldDropParkedKeysAndScanOnceMoreBeyondTheLimitT09() {
        engine.query(
                "INSERT INTO godwit.pending_key (run_id, relation, key, cause) VALUES ($1, 'public.doc', 'other', 'isolated')",
                run.id());

        park("a", "b", "c", "d");
        assertThat(run.row().rescan()).isTrue();
        park("e");

        assertThat(run.pending()).containsExactly("other");
    }

    @ParameterizedTest
    @EnumSource(
            value = RunState.class,
            names = {"BACKFILLING", "FOLLOWING", "VERIFYING", "PAUSED", "FAILED"})
    void shouldKeepNoKeysOfARunThatWillScanT09(RunState state) {
        run.state(state);
        engine.query("UPDATE godwit.run SET rescan = true");

        park("a");

        assertThat(run.pending()).isEmpty();
    }

    @Test
    void shouldKeepKeysThatAScanWhichIsBeingCutMayHaveMissedT09() throws SQLException {
        run.state(RunState.FOLLOWING);
        engine.query("UPDATE godwit.run SET rescan = true");
        try (Connection cutting = TestPostgres.connect(engine.database());
                Statement statement = cutting.createStatement()) {
            cutting.setAutoCommit(false);
            statement.execute("UPDATE godwit.run SET rescan = false");
            assertThatThrownBy(() -> park("a")).hasStackTraceContaining("lock timeout");
            cutting.commit();
        }

        park("a");

        assertThat(run.pending()).containsExactly("a");
    }

    @Test
    void shouldCountNowAndThenOnlyHowManyKeysWaitT09() {
        parked = new ParkedKeys(engine.batches(), 160);

        IntStream.rangeClosed(1, 17).forEach(this::parkTen);
        assertThat(run.pending()).hasSize(170);
        assertThat(run.row().rescan()).isFalse();
        parkTen(18);

        assertThat(run.row().rescan()).isTrue();
        assertThat(run.pending()).isEmpty();
    }

    private void parkTen(int poll) {
        park(IntStream.range(0, 10).mapToObj(n -> poll + "/" + n).toArray(String[]::new));
    }

    @Test
    void shouldTellAnEntityFromARowThatRefersToOneT09() {
        Engine other = Engine.on(
                "t09both",
                "CREATE TABLE doc (n int PRIMARY KEY, code text UNIQUE NOT NULL, wanted text, origin text)",
                "INSERT INTO doc VALUES (1, 'a', 'x', NULL), (2, 'b', 'y', 'a')");
        EngineRun both = other.commit(
                "migration: docs\nrekey: {table: public.doc, key: code, to: wanted, on-duplicate: fail, references: [{table: public.doc, column: origin}]}\n");
        both.complete();
        both.state(RunState.FOLLOWING);
        other.execute("INSERT INTO doc VALUES (3, 'c', 'z', 'b')");
        Engine.await(batch(other, both, DOC, Map.of("n", "3", "code", "c")).apply(0));
        assertThat(both.pending()).isEmpty();
        assertThat(other.value("SELECT code || origin FROM doc WHERE n = 3")).isEqualTo("zy");

        both.state(RunState.PAUSED);
        other.execute("INSERT INTO doc VALUES (4, 'd', 'w', 'a')");
        Engine.await(batch(other, both, DOC, Map.of("n", "4", "code", "d")).apply(0));
        assertThat(both.pending()).containsExactly("4", "d");
        both.state(RunState.FOLLOWING);
        both.drain();

        assertThat(other.value("SELECT code || origin FROM doc WHERE n = 4")).isEqualTo("wx");
        assertThat(both.story()).contains("4 -> null migrated late_reference", "d -> w migrated null");
    }

    @Test
    void shouldFindTheEntityOfAParkedGrandchildT09() {
        Engine other = Engine.on("t09grand", """
                CREATE TABLE doc (id text PRIMARY KEY, wanted text);
                CREATE TABLE page (id text PRIMARY KEY, doc text REFERENCES doc, n int);
                CREATE TABLE note (id text PRIMARY KEY, page text REFERENCES page, n int);
                CREATE TABLE line (id text PRIMARY KEY, page text REFERENCES page, n int);
                INSERT INTO doc VALUES ('a', 'x');
                INSERT INTO page VALUES ('p', 'a', 1);
                INSERT INTO line VALUES ('l', 'p', 1);
                """);
        EngineRun deep = other.commit("""
                migration: docs
                rekey:
                  table: public.doc
                  key: id
                  to: wanted
                  on-duplicate: fail
                  children:
                    - {table: public.page, key: id, to: "doc || '/' || n"}
                    - {table: public.note, key: id, to: "page || '/' || n"}
                    - {table: public.line, key: id, to: "page || '/' || n"}
                """);
        deep.complete();
        deep.state(RunState.PAUSED);
        other.execute("INSERT INTO line VALUES ('late', 'x/1', 2)");
        TailBatch batch = batch(other, deep, new TableName("public", "line"), Map.of("id", "late"));
        Engine.await(batch.apply(0));
        deep.state(RunState.FOLLOWING);

        deep.drain();

        assertThat(other.values("SELECT id FROM line ORDER BY id")).containsExactly("x/1/1", "x/1/2");
    }

    private static TailBatch batch(Engine engine, EngineRun run, TableName table, Map<String, String> fields) {
        return new TailBatch(
                engine.batches(),
                new ParkedKeys(engine.batches(), 100),
                run.context(),
                true,
                List.of(new ChangeEvent(table, fields, false, 0, 0)));
    }

    private void park(String... keys) {
        Engine.await(parked.add(run.id(), new ChangedKeys(Map.of(DOC, Set.of(keys)), Map.of())));
    }
}
