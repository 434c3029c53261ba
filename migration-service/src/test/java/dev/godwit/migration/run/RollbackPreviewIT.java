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

    @Test
    void shouldTellByGroupsWhatAPlanForeseesAndARollbackLooksAt() {
        Engine engine = Engine.on("previewgroups", """
                CREATE TABLE doc (id text PRIMARY KEY, wanted text, owner text);
                INSERT INTO doc VALUES ('a', 'x', 'ann'), ('b', 'y', 'ann'), ('c', 'c', 'bob'), ('d', 'z', NULL);
                INSERT INTO doc SELECT 'n' || n, 'n' || n, 'o' || n FROM generate_series(1, 30) AS n;
                """);
        String yaml = "migration: docs\nrekey: {table: public.doc, key: id, to: wanted}\nsummary: [owner]\n";
        EngineRun plan = engine.plan(yaml);
        plan.inspect();

        JsonObject foreseen =
                GroupReports.of(plan.context(), Engine.await(engine.runs().execute(GroupReports.FORESEEN, plan.id())));

        assertThat(foreseen.getJsonArray("columns")).containsExactly("owner");
        assertThat(foreseen.getLong("number")).isEqualTo(33);
        assertThat(foreseen.getJsonArray("largest")).hasSize(20);
        assertThat(foreseen.getJsonArray("largest").getJsonObject(0).encode())
                .isEqualTo(
                        "{\"values\":[\"ann\"],\"counts\":{\"migrated\":2,\"unchanged\":0,\"skipped\":0,\"conflict\":0,\"failed\":0}}");

        EngineRun run = engine.commit(yaml);
        run.backfill();
        JsonObject preview =
                Engine.await(new RollbackPreview(TestPostgres.pool(engine.database()), run.context()).preview());

        assertThat(preview.getJsonObject("groups").encode())
                .isEqualTo(
                        "{\"columns\":[\"owner\"],\"number\":2,\"largest\":[{\"values\":[\"ann\"],\"entities\":2},{\"values\":[null],\"entities\":1}]}");
    }

    private static JsonObject line(String table, long restored, long left) {
        return new JsonObject()
                .put("table", table)
                .put("restored", restored)
                .put("deleted", 0)
                .put("left", left);
    }
}
