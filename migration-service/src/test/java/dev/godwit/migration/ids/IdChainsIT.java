package dev.godwit.migration.ids;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.run.IdMap;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keys that were rewritten more than once: who holds the first one finds the last. */
class IdChainsIT {

    private static final String DOC = "CREATE TABLE doc (id text PRIMARY KEY, wanted text, later text)";

    private static final String FIRST = "{migration: one, rekey: {table: public.doc, key: id, to: wanted, "
            + "on-duplicate: merge, merge: {keep: newest(id)}}}";

    private static final String SECOND =
            "{migration: two, rekey: {table: public.doc, key: id, to: later, on-duplicate: fail}}";

    /** The topic, compacted. */
    private static Map<String, String> published(Engine engine) {
        Map<String, String> ids = new TreeMap<>();
        for (JsonObject event : engine.events("godwit.outcomes")) {
            IdProjection.of(event.toBuffer().getBytes()).forEach(change -> {
                if (change.newKey().isPresent()) {
                    ids.put(change.key(), change.newKey().get());
                } else {
                    ids.remove(change.key());
                }
            });
        }
        return ids;
    }

    private static String asked(Engine engine, String key) {
        Optional<JsonObject> found = Engine.await(new IdMap(engine.runs()).find(TableName.parse("public.doc"), key));
        return found.map(identity -> identity.getString("newKey")).orElse(null);
    }

    @Test
    void shouldLeadTheFirstKeyToTheLastWhenASecondRunRewritesItT20() {
        Engine engine = Engine.on("t20", DOC, "INSERT INTO doc VALUES ('a', 'b', 'c'), ('k', 'l', 'l')");
        engine.commit(FIRST).complete();
        EngineRun second = engine.commit(SECOND);

        second.complete();

        assertThat(published(engine)).isEqualTo(Map.of("a", "c", "b", "c", "k", "l"));
        assertThat(asked(engine, "a")).isEqualTo("c");
        assertThat(asked(engine, "b")).isEqualTo("c");
        assertThat(asked(engine, "k")).isEqualTo("l");

        second.rollback();

        assertThat(published(engine)).isEqualTo(Map.of("a", "b", "k", "l"));
        assertThat(asked(engine, "a")).isEqualTo("b");
        assertThat(asked(engine, "b")).isNull();
    }

    @Test
    void shouldLeadMergedKeysToTheLastT20() {
        Engine engine = Engine.on("t20m", DOC, "INSERT INTO doc VALUES ('a', 'b', 'c'), ('m', 'b', 'c')");
        engine.commit(FIRST).complete();

        engine.commit(SECOND).complete();

        assertThat(published(engine)).isEqualTo(Map.of("a", "c", "m", "c", "b", "c"));
        assertThat(asked(engine, "a")).isEqualTo("c");
    }

    @Test
    void shouldFollowTwoMovesOfOneRunT20() {
        Engine engine = Engine.on("t20r", DOC, "INSERT INTO doc VALUES ('a', 'b', NULL)");
        EngineRun run = engine.commit(FIRST);
        run.backfill();
        engine.execute("UPDATE doc SET wanted = 'c'");

        run.keys(List.of("b"));

        assertThat(published(engine)).isEqualTo(Map.of("a", "c", "b", "c"));
        assertThat(asked(engine, "a")).isEqualTo("c");
    }

    @Test
    void shouldNotTakeAKeyForFormerThatSomebodyElseTookAfterwardsT20() {
        Engine engine = Engine.on("t20t", DOC, "INSERT INTO doc VALUES ('a', 'b', 'c')");
        engine.commit(FIRST).complete();
        engine.commit(SECOND).complete();
        engine.execute("INSERT INTO doc VALUES ('x', 'b', 'd'), ('q', 'q', 'q')");
        engine.commit(FIRST.replace("migration: one", "migration: three")
                        .replace("key: id", "key: id, where: \"later = 'd'\""))
                .complete();

        engine.commit(SECOND.replace("migration: two", "migration: four")).complete();

        assertThat(published(engine))
                .containsEntry("a", "c")
                .containsEntry("x", "d")
                .containsEntry("b", "d");
        assertThat(asked(engine, "a")).isEqualTo("c");
        assertThat(asked(engine, "x")).isEqualTo("d");
    }
}
