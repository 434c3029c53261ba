package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class RollbackPreviewIT {

    @Test
    void shouldTellEachTableOnceWithTheMergedRowsInIt() {
        Engine engine = Engine.on("preview", """
                CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int);
                CREATE TABLE page (doc text REFERENCES doc, n int, PRIMARY KEY (doc, n));
                INSERT INTO doc VALUES ('a', 'x', 1), ('b', 'x', 2), ('c', 'y', 3), ('d', 'z', 4);
                INSERT INTO page VALUES ('a', 1), ('b', 1), ('c', 1);
                """);
        EngineRun run = engine.commit(
                "migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: merge, merge: {keep: newest(at)}}\n");
        run.backfill();
        engine.execute("UPDATE doc SET at = 9 WHERE id = 'z'");

        JsonObject preview =
                Engine.await(new RollbackPreview(TestPostgres.pool(engine.database()), run.context()).preview());

        assertThat(preview.getJsonArray("preview"))
                .containsExactlyInAnyOrder(line("public.doc", 3, 1), line("public.page", 1, 0));
    }

    private static JsonObject line(String table, long restored, long left) {
        return new JsonObject()
                .put("table", table)
                .put("restored", restored)
                .put("deleted", 0)
                .put("left", left);
    }
}
