package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
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
}
