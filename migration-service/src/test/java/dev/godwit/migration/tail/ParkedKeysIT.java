package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    @Test
    void shouldKeepKeysOfARunThatWillScanButWorksMeanwhileT09() {
        run.state(RunState.FOLLOWING);
        engine.query("UPDATE godwit.run SET rescan = true");

        park("a");

        assertThat(run.pending()).containsExactly("a");
    }

    private void park(String... keys) {
        Engine.await(parked.add(run.id(), new ChangedKeys(Map.of(DOC, Set.of(keys)), Map.of())));
    }
}
