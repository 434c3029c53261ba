package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.plan.ServerFindings.Server;
import dev.godwit.migration.testing.TestDefinitions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceFormsTest {

    private static final String A = "11111111-1111-4111-8111-111111111111";
    private static final String B = "22222222-2222-4222-8222-222222222222";

    @Nested
    class Keys {

        @ParameterizedTest
        @CsvSource({
            A + ", uuid, UUID",
            A + ", character varying(36), UUID",
            "ORD-2024-0001, text, TOKEN",
            "ALFKI, character(5), WORD",
            "getting-started, text, WORD",
            "17, integer, NUMBER"
        })
        void shouldKnowHowTellingAKeyIs(String key, String type, String shape) {
            assertThat(KeySample.of(column(type), List.of(key), true).shape()).hasToString(shape);
        }

        @Test
        void shouldFindTokensThatHoldTheKeysOwnPunctuation() {
            KeySample sample = KeySample.of(column("text"), List.of("a/b-2024:1", "x[y]^9\\z$"), true);

            assertThat(sample.tokens("see (a/b-2024:1) and x[y]^9\\z$, please")
                            .results()
                            .map(r -> r.group()))
                    .contains("a/b-2024:1", "x[y]^9\\z$");
        }
    }

    @Nested
    class Paths {

        @Test
        void shouldGeneraliseIndexesAndNames() {
            assertThat(path("{\"a\":[{\"id\":\"" + A + "\"},{\"id\":\"" + B + "\"}]}"))
                    .contains("$.a[*].id");
            assertThat(path("[\"" + A + "\"]", "[\"x\", \"" + B + "\"]")).contains("$[*]");
            assertThat(path("{\"id\":\"" + A + "\"}", "[{\"id\":\"" + B + "\"}]"))
                    .contains("$.**.id");
            assertThat(path("{\"id\":\"" + A + "\"}", "{\"other\":\"" + B + "\"}"))
                    .contains("$.**");
            assertThat(path("{\"odd name\":\"" + A + "\"}")).contains("$.\"odd name\"");
        }

        @Test
        void shouldNoticeKeysThatNoPathReaches() {
            JsonPaths paths = new JsonPaths(sample());

            assertThat(paths.add("{\"url\":\"/documents/" + A + "\", \"" + B + "\": 1}"))
                    .isTrue();
            assertThat(paths.path()).isEmpty();
            assertThat(paths.isInsideText()).isTrue();
            assertThat(paths.firstKey()).isEqualTo(A);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "text", "{", "[1, ", "\"" + A + "\"", "{\"a\":1} x"})
        void shouldLeaveTextThatIsNoJson(String text) {
            assertThat(new JsonPaths(sample()).add(text)).isFalse();
        }

        private Optional<String> path(String... texts) {
            JsonPaths paths = new JsonPaths(sample());
            List.of(texts).forEach(text -> assertThat(paths.add(text)).isTrue());
            return paths.path().map(Object::toString);
        }
    }

    @Nested
    class Patterns {

        @Test
        void shouldKeepWhatIsCommonAndGeneraliseTheRestBySegment() {
            assertThat(patterns("documents/" + A + "/", "documents/" + B + "/")).containsExactly("documents/{key}/");
            assertThat(patterns("user/7/doc-" + A + "?v=1", "user/12/doc-" + B + "?v=22"))
                    .containsExactly("user/*/doc-{key}?v=*");
            assertThat(patterns("a/" + A, "b/c/" + B, "a/" + B)).containsExactly("a/{key}", "b/c/{key}");
            assertThat(patterns("moved from " + A + " to " + B)).containsExactly("moved from {key} to " + B);
        }

        private List<String> patterns(String... texts) {
            TextPatterns patterns = new TextPatterns(sample());
            List.of(texts).forEach(patterns::add);
            return patterns.patterns().stream()
                    .map(TextPatterns.Counted::pattern)
                    .toList();
        }
    }

    @Nested
    class Lines {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "plain",
                    "We ird",
                    "T.able",
                    "a\"b",
                    "\"quoted\"",
                    "on",
                    "null",
                    "a: b",
                    "#x",
                    "{x}",
                    "line\nbreak",
                    "größe",
                    "back\\slash",
                    "tab\t"
                })
        void shouldBeReadBackByTheLoader(String name) {
            TableName table = new TableName(name, "t" + name);
            String lines = String.join(
                    ", ",
                    ReferenceLine.column(table, name),
                    ReferenceLine.path(table, name, "$.**.\"odd \\\"name\"[*]"),
                    ReferenceLine.pattern(table, name, "x: \"{key}\"\\*\n"));

            RekeyDefinition rekey = (RekeyDefinition) TestDefinitions.of(
                            "migration: m\nrekey: {table: t, key: id, to: id, references: [" + lines + "]}\n")
                    .operation();

            assertThat(rekey.references())
                    .containsExactly(
                            new SoftReference(table, name, Optional.empty(), Optional.empty(), Optional.empty()),
                            new SoftReference(
                                    table,
                                    name,
                                    Optional.of("$.**.\"odd \\\"name\"[*]"),
                                    Optional.empty(),
                                    Optional.empty()),
                            new SoftReference(
                                    table, name, Optional.empty(), Optional.of("x: \"{key}\"\\*\n"), Optional.empty()));
        }
    }

    @Nested
    class Versions {

        @ParameterizedTest
        @CsvSource({
            "140020, server_version",
            "150012, server_minor",
            "150013, ''",
            "160008, server_minor",
            "160009, ''",
            "170004, server_minor",
            "170005, ''",
            "180000, ''",
            "190000, server_version"
        })
        void shouldKnowWhichReleasesAreSafe(int version, String code) {
            List<Finding> findings = ServerFindings.judge(new Server(version, "x", "logical", false, "me"));

            assertThat(findings.stream().map(Finding::code).reduce("", String::concat))
                    .isEqualTo(code);
        }

        @Test
        void shouldRefuseAStandbyAndTooLittleWal() {
            assertThat(ServerFindings.judge(new Server(180000, "18.0", "replica", true, "me")))
                    .allMatch(Finding::refuses)
                    .extracting(Finding::code)
                    .containsExactly("wal_level", "standby");
        }
    }

    private static KeySample sample() {
        return KeySample.of(column("uuid"), List.of(A, B), true);
    }

    private static Column column(String type) {
        return new Column(
                1, "id", type, 0, type, 'U', true, false, false, java.util.Optional.empty(), Column.NO_IDENTITY);
    }
}
