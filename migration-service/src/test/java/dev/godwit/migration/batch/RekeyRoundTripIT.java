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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** There and back over tables of every shape: after the run all references hold, after the rollback every row is what it was. */
class RekeyRoundTripIT {

    private static final String TO = "uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', name)";

    static Stream<Arguments> shapes() {
        return Stream.of(
                shape(
                        "composite key",
                        "CREATE TABLE doc (tenant int, id uuid PRIMARY KEY, name text, UNIQUE (tenant, id));"
                                + "CREATE TABLE page (n int PRIMARY KEY, t int, doc uuid, FOREIGN KEY (t, doc) REFERENCES doc (tenant, id) MATCH FULL)",
                        "INSERT INTO doc SELECT i % 3, gen_random_uuid(), 'n' || i FROM generate_series(1, 40) i;"
                                + "INSERT INTO page SELECT row_number() OVER (), tenant, id FROM doc",
                        "doc",
                        ""),
                shape(
                        "restrict, cascade and deferrable",
                        "CREATE TABLE doc (id uuid PRIMARY KEY, name text);"
                                + "CREATE TABLE a (n int PRIMARY KEY, doc uuid REFERENCES doc ON UPDATE RESTRICT ON DELETE RESTRICT);"
                                + "CREATE TABLE b (n int PRIMARY KEY, doc uuid REFERENCES doc ON UPDATE CASCADE ON DELETE CASCADE);"
                                + "CREATE TABLE c (n int PRIMARY KEY, doc uuid REFERENCES doc ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)",
                        "INSERT INTO doc SELECT gen_random_uuid(), 'n' || i FROM generate_series(1, 40) i;"
                                + "INSERT INTO a SELECT row_number() OVER (), id FROM doc; INSERT INTO b SELECT * FROM a; INSERT INTO c SELECT * FROM a",
                        "doc",
                        ""),
                shape(
                        "partitions on both sides",
                        "CREATE TABLE doc (id uuid PRIMARY KEY, name text) PARTITION BY HASH (id);"
                                + "CREATE TABLE doc0 PARTITION OF doc FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                                + "CREATE TABLE doc1 PARTITION OF doc FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
                                + "CREATE TABLE page (n int, doc uuid REFERENCES doc, PRIMARY KEY (n, doc)) PARTITION BY HASH (doc);"
                                + "CREATE TABLE page0 PARTITION OF page FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                                + "CREATE TABLE page1 PARTITION OF page FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                        "INSERT INTO doc SELECT gen_random_uuid(), 'n' || i FROM generate_series(1, 60) i;"
                                + "INSERT INTO page SELECT row_number() OVER (), id FROM doc",
                        "doc",
                        ""),
                shape(
                        "varchar keys and reserved names",
                        "CREATE TABLE \"Or.der\" (\"Select\" varchar(36) PRIMARY KEY, name text);"
                                + "CREATE TABLE \"user\" (\"n\"\"x\" int PRIMARY KEY, \"From\" varchar(36) REFERENCES \"Or.der\")",
                        "INSERT INTO \"Or.der\" SELECT gen_random_uuid()::text, 'n' || i FROM generate_series(1, 40) i;"
                                + "INSERT INTO \"user\" SELECT row_number() OVER (), \"Select\" FROM \"Or.der\"",
                        "'\"Or.der\"'",
                        "Select",
                        ""),
                shape(
                        "identity always, generated columns, json with doubles and array bounds T17",
                        "CREATE TABLE doc (id uuid PRIMARY KEY, name text, no int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (length(name) * 2) STORED,"
                                + " j json, bounds int[], money numeric(8,3), fixed char(9), at timestamptz);"
                                + "CREATE TABLE page (n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, doc uuid REFERENCES doc, k int, j json, UNIQUE (doc, k))",
                        "INSERT INTO doc (id, name, j, bounds, money, fixed, at) SELECT gen_random_uuid(), 'n' || i / 3, '{\"b\":1,  \"a\":2, \"a\":3}', '[0:1]={7,8}', 1.5, 'x', clock_timestamp() FROM generate_series(1, 40) i;"
                                + "INSERT INTO page (doc, k, j) SELECT id, 1, '{\"z\" : 1, \"z\":2}' FROM doc",
                        "doc",
                        "merge"),
                shape(
                        "derived children on two levels, duplicates merged",
                        "CREATE TABLE doc (id uuid PRIMARY KEY, name text, note text);"
                                + "CREATE TABLE chunk (id uuid PRIMARY KEY, doc uuid NOT NULL REFERENCES doc ON DELETE CASCADE, no int NOT NULL, UNIQUE (doc, no));"
                                + "CREATE TABLE mark (id uuid PRIMARY KEY, chunk uuid NOT NULL REFERENCES chunk, label text);"
                                + "CREATE INDEX ON mark (chunk)",
                        "INSERT INTO doc SELECT gen_random_uuid(), 'n' || i / 2, i::text FROM generate_series(1, 20) i;"
                                + "INSERT INTO chunk SELECT gen_random_uuid(), id, k FROM doc, generate_series(1, 1 + length(name)) k;"
                                + "INSERT INTO mark SELECT gen_random_uuid(), id, no::text FROM chunk",
                        "doc",
                        "derived"),
                shape(
                        "triggers off",
                        "CREATE TABLE doc (id uuid PRIMARY KEY, name text, updated_at timestamptz DEFAULT now());"
                                + "CREATE TABLE page (n int PRIMARY KEY, doc uuid REFERENCES doc);"
                                + "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';"
                                + "CREATE TRIGGER touch BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION touch()",
                        "INSERT INTO doc SELECT gen_random_uuid(), 'n' || i FROM generate_series(1, 40) i;"
                                + "INSERT INTO page SELECT row_number() OVER (), id FROM doc",
                        "doc",
                        "triggers"));
    }

    private static Arguments shape(String title, String schema, String data, String table, String extra) {
        return shape(title, schema, data, table, "id", extra);
    }

    private static Arguments shape(String title, String schema, String data, String table, String key, String extra) {
        return Arguments.of(title, schema, data, definition(table, key, extra));
    }

    private static String definition(String table, String key, String extra) {
        String to = extra.isEmpty() || !extra.equals("sql") ? TO : "name";
        String policy = extra.equals("merge") || extra.equals("derived")
                ? "  on-duplicate: merge\n  merge: {keep: newest(name)}\n"
                : "  on-duplicate: fail\n";
        String children = extra.equals("derived")
                ? "  children:\n  - {table: chunk, key: id, to: \"uuid5(doc, no::text)\"}\n  - {table: mark, key: id, to: \"uuid5(chunk, label)\"}\n"
                : "";
        String triggers = extra.equals("triggers") ? "  triggers: off\n" : "";
        return "migration: m\nrekey:\n  table: " + table + "\n  key: " + key + "\n  to: \"" + to + "\"\n" + policy
                + children + triggers;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void shouldGoThereAndBack(String title, String schema, String data, String definition) {
        Engine engine = Engine.on("shape", schema, data);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition);

        long differences = run.complete();

        assertThat(differences).isZero();
        assertThat(engine.contents()).isNotEqualTo(before);
        assertThat(run.counts()).containsOnlyKeys("migrated");

        run.rollback();

        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.counts()).doesNotContainKey("diverged");
    }

    private static Engine documents() {
        return Engine.on(
                "documents",
                "CREATE TABLE doc (id text PRIMARY KEY, name text, title text, touched int NOT NULL DEFAULT 0);"
                        + "CREATE TABLE page (n int PRIMARY KEY, doc text NOT NULL REFERENCES doc, note text)",
                "INSERT INTO doc VALUES ('a', 'x', 't'), ('b', 'y', 't'), ('c', 'z', 't');"
                        + "INSERT INTO page VALUES (1, 'a', 'p'), (2, 'b', 'p'), (3, 'c', 'p')");
    }

    private static final String DOCUMENTS =
            "{migration: m, rekey: {table: doc, key: id, to: name, on-duplicate: fail}}";

    @Test
    void shouldLetRowsOfOthersFollowTheirParentBackAndKeepTheirContentT19() {
        Engine engine = documents();
        EngineRun run = engine.commit(DOCUMENTS);
        run.complete();
        engine.execute("INSERT INTO page VALUES (4, 'x', 'theirs'); INSERT INTO doc VALUES ('own', 'own', 'theirs')");

        run.rollback();

        assertThat(engine.values("SELECT doc || note FROM page ORDER BY n"))
                .containsExactly("ap", "bp", "cp", "atheirs");
        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("a", "b", "c", "own");
        assertThat(run.counts()).containsEntry("reverted", 3L).doesNotContainKey("diverged");
    }

    @Test
    void shouldLeaveWhatOthersChangedAndSaySo() {
        Engine engine = documents();
        EngineRun run = engine.commit(DOCUMENTS);
        run.complete();
        engine.execute(
                "UPDATE doc SET title = 'theirs' WHERE id = 'x'; DELETE FROM page WHERE n = 2; DELETE FROM doc WHERE id = 'y'");

        run.rollback();

        assertThat(engine.values("SELECT id || title FROM doc ORDER BY id")).containsExactly("ct", "xtheirs");
        assertThat(engine.values("SELECT doc FROM page ORDER BY n")).containsExactly("x", "c");
        assertThat(run.counts()).containsEntry("reverted", 1L).containsEntry("diverged", 2L);
        assertThat(run.outcomes().stream()
                        .filter(o -> o.getString("outcome").equals("diverged"))
                        .map(o -> o.getString("reason")))
                .containsExactlyInAnyOrder("changed_since", "deleted_since");
    }

    @Test
    void shouldNotTakeAKeyBackThatSomebodyElseHasNow() {
        Engine engine = documents();
        EngineRun run = engine.commit(DOCUMENTS);
        run.complete();
        engine.execute("INSERT INTO doc VALUES ('a', 'a', 'theirs')");

        run.rollback();

        assertThat(engine.values("SELECT id || title FROM doc ORDER BY id"))
                .containsExactly("atheirs", "bt", "ct", "xt");
        assertThat(run.outcomes().stream().map(o -> o.getString("reason"))).contains("key_taken");
    }

    @Test
    void shouldRestoreAllButWhatAFiringTriggerChangesT18() {
        Engine engine = documents();
        engine.execute(
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END';"
                        + "CREATE TRIGGER touch BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION touch()");
        EngineRun run = engine.commit(DOCUMENTS);
        run.complete();

        run.rollback();

        assertThat(engine.values("SELECT id || title || touched FROM doc ORDER BY id"))
                .containsExactly("at2", "bt2", "ct2");
    }

    @Test
    void shouldUndoBatchesInTheOrderInWhichTheyWroteNotInWhichTheyBegan() {
        Engine engine = Engine.on(
                "order",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int);"
                        + "CREATE TABLE pin (id int PRIMARY KEY, docs text[]); CREATE INDEX ON pin USING gin (docs)",
                "INSERT INTO doc VALUES ('single', 'x', 1), ('older', 'y', 1), ('newer', 'y', 2);"
                        + "INSERT INTO pin VALUES (1, '{older,single}')");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit("""
                migration: docs
                rekey:
                  table: public.doc
                  key: id
                  to: wanted
                  on-duplicate: merge
                  merge: {keep: newest(at)}
                  references: [{table: pin, column: docs}]
                """);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        Uni<Void> held = Uni.createFrom().item(() -> begun.complete(null)).chain(() -> Uni.createFrom()
                .completionStage(gate));

        CompletableFuture<Ended> first = run.keysAfter(held, List.of("single")).subscribeAsCompletionStage();
        begun.orTimeout(20, TimeUnit.SECONDS).join();
        run.keys(List.of("older", "newer"));
        gate.complete(null);
        first.orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(engine.value("SELECT docs::text FROM pin")).isEqualTo("{y,x}");
        run.rollback();

        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.counts()).doesNotContainKey("diverged");
    }

    /** Nobody has changed the array: it is the run's own rewriting of the survivor that makes it differ from what the merge left. */
    @Test
    void shouldBringBackAnArrayWhoseSurvivorStaysWhereItIs() {
        Engine engine = merged();
        EngineRun run = commitPins(engine);

        engine.execute("UPDATE doc SET at = 9 WHERE id = 'y'");
        run.rollback();

        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("older", "other", "y");
        assertThat(engine.values("SELECT docs::text FROM pin ORDER BY id"))
                .containsExactly("{older,other,NULL}", "{y,older}", "{y}");
        assertThat(run.outcomes().stream().map(o -> o.getString("table") + " " + o.getString("outcome")))
                .contains("public.doc diverged")
                .doesNotContain("public.pin diverged");
    }

    /** The row that the element named is gone for good, so the element goes on naming the row that took its place. */
    @Test
    void shouldLeaveAnArrayWhoseElementCouldNotBeBroughtBack() {
        Engine engine = merged();
        engine.execute("CREATE TABLE owner (id int PRIMARY KEY); INSERT INTO owner VALUES (1), (2);"
                + " ALTER TABLE doc ADD owner_id int REFERENCES owner; UPDATE doc SET owner_id = 1 WHERE id = 'older'");
        EngineRun run = commitPins(engine);

        engine.execute("UPDATE doc SET at = 9 WHERE id = 'y'; DELETE FROM owner WHERE id = 1");
        run.rollback();

        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("other", "y");
        assertThat(engine.values("SELECT docs::text FROM pin ORDER BY id"))
                .containsExactly("{y,other,NULL}", "{y,y}", "{y}");
        assertThat(run.outcomes().stream().map(o -> o.getString("table") + " " + o.getString("reason")))
                .contains("public.doc parent_gone", "public.pin changed_since");
    }

    private static Engine merged() {
        return Engine.on(
                "pins",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int);"
                        + "CREATE TABLE pin (id int PRIMARY KEY, docs text[]); CREATE INDEX ON pin USING gin (docs)",
                "INSERT INTO doc VALUES ('other', 'x', 1), ('older', 'y', 1), ('newer', 'y', 2);"
                        + "INSERT INTO pin VALUES (1, '{older,other,NULL}'), (2, '{newer,older}'), (3, '{newer}')");
    }

    private static EngineRun commitPins(Engine engine) {
        EngineRun run = engine.commit("""
                migration: docs
                rekey:
                  table: public.doc
                  key: id
                  to: wanted
                  on-duplicate: merge
                  merge: {keep: newest(at)}
                  references: [{table: pin, column: docs}]
                """);
        run.complete();
        assertThat(engine.values("SELECT docs::text FROM pin ORDER BY id"))
                .containsExactly("{y,x,NULL}", "{y,y}", "{y}");
        return run;
    }
}
