package dev.godwit.migration.run;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Rehearsal;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.TestDefinitions;
import io.smallrye.mutiny.Multi;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RehearsalIT {

    private static final String DOCUMENTS = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text, note text NOT NULL DEFAULT '', at int);
            CREATE TABLE page (id text PRIMARY KEY, doc text NOT NULL REFERENCES doc, n int NOT NULL, UNIQUE (doc, n));
            CREATE TABLE mark (id int PRIMARY KEY, page text NOT NULL REFERENCES page);
            CREATE TABLE shelf (id int PRIMARY KEY, docs text[]);
            CREATE INDEX ON page (doc);
            CREATE INDEX ON mark (page);
            CREATE INDEX ON shelf USING gin (docs);
            INSERT INTO doc SELECT 'd' || n, CASE WHEN n > 8 THEN 'same' ELSE 'w' || n END, '', n FROM generate_series(1, 10) AS n;
            INSERT INTO page SELECT 'p' || n, 'd' || n, 1 FROM generate_series(1, 10) AS n;
            INSERT INTO mark SELECT n, 'p' || n FROM generate_series(1, 5) AS n;
            INSERT INTO shelf VALUES (1, '{d1,d2,d9}'), (2, '{d3}');
            """;

    private static final String REKEY = """
            migration: docs
            rekey:
              table: public.doc
              key: id
              to: wanted
              references: [{table: public.shelf, column: docs}]
              children: [{table: public.page, key: id, to: "doc || '-' || n"}]
              on-duplicate: merge
              merge: {keep: newest(at)}
            """;

    @Test
    void shouldMigrateAndRestoreAndLeaveNothing() {
        Engine engine = Engine.on("rehearsal", DOCUMENTS);
        Map<String, List<String>> before = engine.contents();

        JsonObject report = rehearse(engine, REKEY, 20);

        assertThat(report.getInteger("rehearsed")).isEqualTo(10);
        assertThat(report.getJsonObject("counts").getLong("migrated")).isEqualTo(10);
        assertThat(differences(report)).isEmpty();
        assertThat(report.getInteger("differing")).isZero();
        assertThat(entity(report, "d1").getString("newKey")).isEqualTo("w1");
        assertThat(entity(report, "d1").getLong("rows")).isGreaterThanOrEqualTo(4);
        assertThat(entity(report, "d9").getString("reason")).isEqualTo("merged");
        assertThat(report.getJsonObject("effort").getLong("walBytesPerRow")).isPositive();
        assertThat(tables(report)).contains("public.doc", "public.page", "public.mark", "public.shelf");
        assertThat(report.getJsonArray("notRehearsed")).containsExactly("only 10 entities that need work were found");
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(engine.value("""
                SELECT (SELECT count(*) FROM godwit.run) + (SELECT count(*) FROM godwit.identity) + (SELECT count(*) FROM godwit.journal)
                     + (SELECT count(*) FROM godwit.batch) + (SELECT count(*) FROM godwit.outbox)
                """)).isEqualTo("0");
    }

    @Test
    void shouldTellWhatAnUndoCannotRestoreAndWhatFails() {
        Engine engine = Engine.on("rehearsal", DOCUMENTS, """
                CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY, doc text);
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO log (doc) VALUES (new.id); new.note := new.note || '!'; RETURN new; END $$;
                CREATE TRIGGER touch BEFORE UPDATE ON doc FOR EACH ROW WHEN (new.at = 1) EXECUTE FUNCTION touch();
                ALTER TABLE doc ADD CHECK (id <> 'w2');
                """);

        JsonObject report = rehearse(engine, REKEY, 20);

        assertThat(entity(report, "d1").getJsonArray("differences"))
                .containsExactly(
                        "1 row of public.doc did not get its former content back",
                        "public.log has 2 rows more than before");
        assertThat(entity(report, "d2").getString("outcome")).isEqualTo("failed");
        assertThat(entity(report, "d2").getString("reason")).isEqualTo("sqlstate_23514");
        assertThat(entity(report, "d3").getJsonArray("differences")).isEmpty();
        assertThat(report.getInteger("differing")).isEqualTo(1);
        assertThat(report.getJsonObject("counts").getLong("failed")).isEqualTo(1);
        assertThat(engine.value("SELECT count(*) FROM log")).isEqualTo("0");
    }

    @Test
    void shouldRehearseWhatChangesInPlaceAndWhatIsDerived() {
        Engine engine = Engine.on(
                "rehearsal",
                DOCUMENTS,
                "CREATE TABLE duty (doc text PRIMARY KEY, n int); ALTER TABLE doc ADD CONSTRAINT c CHECK (note = '')");
        Map<String, List<String>> before = engine.contents();

        JsonObject changed = rehearse(
                engine,
                "migration: notes\ntransform: {table: public.doc, pending: note = '', set: {note: wanted}, writers: old, constraint: {name: c, from: note = '', to: note <> ''}}\n",
                4);
        JsonObject derived = rehearse(
                engine,
                "migration: duties\nderive: {from: public.doc, into: public.duty, identity: [doc], rows: 'SELECT entity.id AS doc, entity.at AS n FROM entity'}\n",
                4);

        assertThat(differences(changed)).isEmpty();
        assertThat(changed.getJsonObject("counts").getLong("migrated")).isEqualTo(4);
        assertThat(differences(derived)).isEmpty();
        assertThat(derived.getJsonObject("counts").getLong("migrated")).isEqualTo(4);
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(engine.value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"))
                .isEqualTo("CHECK ((note = ''::text))");
    }

    private static JsonObject rehearse(Engine engine, String yaml, int wanted) {
        Definition definition = TestDefinitions.of(yaml);
        RunContext run =
                Rehearsals.context(definition, await(engine.pool().withConnection(connection -> engine.contexts()
                        .compile(connection, definition))));
        RehearsalSample sample = new RehearsalSample(engine.pool(), run);
        List<String> keys = await(sample.keys(wanted));
        Map<String, List<String>> groups = await(sample.groups(keys));
        Rehearsal rehearsal = new Rehearsal(engine.sessions(), run);
        List<Rehearsal.Entity> entities = await(Multi.createFrom()
                .iterable(keys)
                .onItem()
                .transformToUniAndConcatenate(key -> rehearsal.of(key, groups.getOrDefault(key, List.of())))
                .collect()
                .asList());
        return new RehearsalReport(run, wanted, keys.size(), entities).toJson(sample.notes(), Optional.empty());
    }

    private static List<Object> differences(JsonObject report) {
        return report.getJsonArray("entities").stream()
                .flatMap(entity -> ((JsonObject) entity).getJsonArray("differences").stream())
                .collect(Collectors.toList());
    }

    private static JsonObject entity(JsonObject report, String key) {
        return report.getJsonArray("entities").stream()
                .map(JsonObject.class::cast)
                .filter(entity -> entity.getString("key").equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> tables(JsonObject report) {
        JsonArray locks = report.getJsonArray("locks");
        return locks.stream()
                .map(lock -> ((JsonObject) lock).getString("table"))
                .toList();
    }
}
