package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL enforces foreign keys by triggers: where the user's are kept quiet, those are too, and the run itself has to see to it that none is broken. */
class TriggersOffIT {

    private static final String DEFINITION = """
            migration: docs
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: merge, merge: {keep: newest(at)}, triggers: %s}
            """;

    private static final String DOC = """
            CREATE TABLE usr (region int, n int, PRIMARY KEY (region, n));
            CREATE TABLE doc (id text PRIMARY KEY, wanted text NOT NULL, at int NOT NULL, region int, n int, origin text REFERENCES doc,
                              FOREIGN KEY (region, n) REFERENCES usr);
            INSERT INTO usr VALUES (1, 1), (1, 2);
            INSERT INTO doc VALUES ('a', 'X', 1, 1, 1, 'a'), ('b', 'X', 2, 1, 2, NULL), ('c', 'X', 1, 1, NULL, NULL), ('d', 'Y', 1, 1, 2, NULL);
            """;

    @ParameterizedTest
    @ValueSource(strings = {"fire", "off"})
    void shouldNotBringBackAMergedRowWhoseOtherParentIsGone(String triggers) {
        Engine engine = Engine.on("parentgone", DOC);
        EngineRun run = engine.commit(DEFINITION.formatted(triggers));
        run.complete();
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 4L));
        engine.execute("DELETE FROM usr WHERE n = 1");

        run.rollback();

        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("b", "c", "d");
        assertThat(run.story())
                .contains("a -> null diverged parent_gone", "c -> c reverted merged", "X -> b reverted null")
                .contains("Y -> d reverted null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fire", "off"})
    void shouldBringBackAMergedRowThatRefersToItself(String triggers) {
        Engine engine = Engine.on("parentself", DOC);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(DEFINITION.formatted(triggers));
        run.complete();

        run.rollback();

        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldRewriteRowsOfATableThatCameWhileTheRunWasAtWorkOnceSomebodyHasLooked() {
        Engine engine = Engine.on("latefk", DOC);
        EngineRun run = engine.commit(DEFINITION.formatted("off"));
        RunContext before = run.context();
        engine.execute("CREATE TABLE preview (doc text REFERENCES doc); INSERT INTO preview VALUES ('d')");

        assertThatThrownBy(() -> run.keys(before, List.of("d"))).isInstanceOf(ChangedTablesException.class);

        assertThat(run.row().rescan()).isTrue();
        assertThat(engine.values("SELECT id FROM doc WHERE wanted = 'Y'")).containsExactly("d");
        assertThatThrownBy(run::complete).hasMessageContaining("table public.preview is new");
        assertThat(engine.values("SELECT doc FROM preview")).containsExactly("d");
        // As a resume does.
        engine.execute("UPDATE godwit.run SET shape = NULL");
        run.complete();
        assertThat(engine.values("SELECT doc FROM preview")).containsExactly("Y");
    }
}
