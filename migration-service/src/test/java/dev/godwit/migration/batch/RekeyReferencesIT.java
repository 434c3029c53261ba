package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Declared references in the forms that columns have in real schemas. */
class RekeyReferencesIT {

    private static final String DOC = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text);
            INSERT INTO doc VALUES ('a', 'x'), ('b', 'y'), ('c', 'z');
            """;

    private static String definition(String references) {
        return "{migration: m, rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail, references: ["
                + references + "]}}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE INDEX ON pin USING gin (docs) | true",
                "CREATE INDEX ON pin USING gin (other, docs) | true",
                "CREATE INDEX ON pin (docs) | false",
                "CREATE INDEX ON pin USING gin (docs) WHERE id > 0 | false"
            })
    void shouldSearchAnArrayPerBatchOnlyWithAnIndexOverItsElementsT5(String index, boolean inBatch) {
        Engine engine =
                Engine.on("gin", DOC, "CREATE TABLE pin (id int PRIMARY KEY, other text[], docs text[]); " + index);
        EngineRun run = engine.commit(definition("{table: pin, column: docs}"));

        assertThat(((Rekey) run.context().operation()).model().softReferences())
                .extracting(FoundReference::inBatch)
                .containsExactly(inBatch);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE INDEX ON comment (target)", "SELECT 1"})
    void shouldRewriteAColumnOnceThatIsDeclaredUnderTwoConditions(String index) {
        Engine engine = Engine.on("twice", DOC, """
                CREATE TABLE comment (id int PRIMARY KEY, kind text, target text);
                INSERT INTO comment VALUES (1, 'doc', 'a'), (2, 'page', 'b'), (3, 'user', 'c');
                """, index);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(
                definition(
                        "{table: comment, column: target, when: \"kind = 'doc'\"}, {table: comment, column: target, when: \"kind = 'page'\"}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT target FROM comment ORDER BY id")).containsExactly("x", "y", "c");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uuid   | text    | (held)           | 0c000000-0000-4000-8000-00000000000",
                "uuid   | text    |                  | 0c000000-0000-4000-8000-00000000000",
                "uuid   | varchar | (held)           | 0c000000-0000-4000-8000-00000000000",
                "uuid   | text[]  | USING gin (held) | 0c000000-0000-4000-8000-00000000000",
                "uuid   | text[]  |                  | 0c000000-0000-4000-8000-00000000000",
                "bigint | text    | (held)           | 70",
                "text   | uuid    | (held)           | 0c000000-0000-4000-8000-00000000000",
                "text   | uuid[]  | USING gin (held) | 0c000000-0000-4000-8000-00000000000",
                "text   | bigint  | (held)           | 70"
            })
    void shouldRewriteKeysThatAColumnHoldsInAnotherTypeT17(String key, String column, String index, String wanted) {
        boolean array = column.endsWith("[]");
        Engine engine = Engine.on("othertype", """
                CREATE TABLE doc (id %1$s PRIMARY KEY, wanted %1$s);
                INSERT INTO doc VALUES ('%2$s1', '%2$s4'), ('%2$s2', '%2$s5');
                CREATE TABLE pin (id int PRIMARY KEY, held %3$s);
                INSERT INTO pin VALUES (1, '%4$s'), (2, '%5$s'), (3, NULL);
                """.formatted(
                        key,
                        wanted,
                        column,
                        array ? "{" + wanted + "1}" : wanted + 1,
                        array ? "{" + wanted + "2," + wanted + "3}" : wanted + 3));
        if (index != null) {
            engine.execute("CREATE INDEX ON pin " + index);
        }
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition("{table: pin, column: held}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT coalesce(held::text, '-') FROM pin ORDER BY id"))
                .containsExactly(
                        array ? "{" + wanted + "4}" : wanted + 4,
                        array ? "{" + wanted + "5," + wanted + "3}" : wanted + 3,
                        "-");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "jsonb", "text"})
    void shouldTranslateTwoPathsOfOneValue(String type) {
        Engine engine = Engine.on("paths", DOC, """
                CREATE TABLE setting (id int PRIMARY KEY, j %s);
                INSERT INTO setting VALUES (1, '{"a": "a", "b": ["b", "c"], "c": "a"}'), (2, NULL);
                """.formatted(type));
        EngineRun run = engine.commit(
                definition("{table: setting, column: j, path: $.a}, {table: setting, column: j, path: '$.b[*]'}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT j::text FROM setting ORDER BY id"))
                .containsExactly("{\"a\": \"x\", \"b\": [\"y\", \"z\"], \"c\": \"a\"}", "null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE INDEX ON pin USING gin (docs)", "SELECT 1"})
    void shouldKeepTheBoundsAndDimensionsOfArraysT17(String index) {
        Engine engine = Engine.on("bounds", DOC, "CREATE TABLE pin (id int PRIMARY KEY, docs text[])", index, """
                INSERT INTO pin VALUES (1, '[0:2]={a,NULL,b}'), (2, '{{a,b},{c,"q, {r}"}}'), (3, '[2:3][0:0]={{c},{a}}'), (4, '{}'),
                                       (5, '{{{a,b}},{{c,a}},{{NULL,""}}}'), (6, '{c,a}'), (7, NULL)
                """);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition("{table: pin, column: docs}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT coalesce(docs::text, '-') FROM pin ORDER BY id"))
                .containsExactly(
                        "[0:2]={x,NULL,y}",
                        "{{x,y},{z,\"q, {r}\"}}",
                        "[2:3][0:0]={{z},{x}}",
                        "{}",
                        "{{{x,y}},{{z,x}},{{NULL,\"\"}}}",
                        "{z,x}",
                        "-");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[0:1]={a,b}", "{{a,b},{b,c}}"})
    void shouldKeepTheShapeOfArraysThatNameMergedEntitiesT17(String value) {
        Engine engine =
                Engine.on("mergedarray", DOC, "UPDATE doc SET wanted = 'x' WHERE id = 'b'", """
                CREATE TABLE pin (id int PRIMARY KEY, docs text[]);
                CREATE INDEX ON pin USING gin (docs);
                INSERT INTO pin VALUES (1, '%s')
                """.formatted(value));
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition("{table: pin, column: docs}")
                .replace("on-duplicate: fail", "on-duplicate: merge, merge: {keep: newest(id)}"));

        run.complete();

        assertThat(engine.value("SELECT docs::text FROM pin"))
                .isEqualTo(value.replace('a', 'x').replace('b', 'x').replace('c', 'z'));
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldTranslateUuidsThatAreWrittenInCapitals() {
        String old = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
        String capitals = old.toUpperCase(Locale.ROOT);
        Engine engine = Engine.on(
                "capitals",
                "CREATE TABLE doc (id uuid PRIMARY KEY, wanted uuid NOT NULL); CREATE TABLE log (n int PRIMARY KEY, doc text, docs text[], j jsonb)",
                "INSERT INTO doc VALUES ('" + old + "', '" + Engine.uuid(7) + "')",
                "INSERT INTO log VALUES (1, '%1$s', '{%1$s,x}', '{\"doc\": \"%1$s\"}')".formatted(capitals),
                "INSERT INTO log VALUES (2, '%1$s', '{%1$s,x}', '{\"doc\": \"%1$s\"}')".formatted(old));
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition(
                "{table: log, column: doc}, {table: log, column: docs}, {table: log, column: j, path: $.doc}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT DISTINCT concat_ws(' ', doc, docs, j ->> 'doc') FROM log"))
                .containsExactly("%1$s {%1$s,x} %1$s".formatted(Engine.uuid(7)));
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldTranslateNumbersInJsonThatNameTexts() {
        Engine engine = Engine.on(
                "numbers",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text NOT NULL); INSERT INTO doc VALUES ('17', 'seventeen'), ('18', '19')",
                "CREATE TABLE log (n int PRIMARY KEY, j jsonb)",
                "INSERT INTO log VALUES (1, '{\"doc\": 17}'), (2, '{\"doc\": \"17\"}'), (3, '{\"doc\": 18}')");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition("{table: log, column: j, path: $.doc}"));

        assertThat(run.complete()).isZero();

        assertThat(engine.values("SELECT j::text FROM log ORDER BY n"))
                .containsExactly("{\"doc\": \"seventeen\"}", "{\"doc\": \"seventeen\"}", "{\"doc\": 19}");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldRestoreAReferenceToAnEntityThatMovedTwiceAndWasMergedThen() {
        Engine engine = Engine.on("twohops", DOC, "CREATE TABLE log (n int PRIMARY KEY, doc text)", """
                INSERT INTO log VALUES (1, 'a'), (2, 'b')
                """);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(definition("{table: log, column: doc}")
                .replace("on-duplicate: fail", "on-duplicate: merge, merge: {keep: newest(id)}"));
        run.backfill();
        engine.execute("UPDATE doc SET wanted = 'y' WHERE id = 'x'");
        run.keys(List.of("x"));
        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("y", "z");
        run.sweep();
        assertThat(engine.values("SELECT DISTINCT doc FROM log")).containsExactly("y");

        run.rollback();

        assertThat(engine.values("SELECT doc FROM log ORDER BY n")).containsExactly("a", "b");
        assertThat(engine.contents().get("public.log")).isEqualTo(before.get("public.log"));
    }
}
