package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionDirectoryTest {

    private static final String WHOLE = """
            migration: documents-uuid5                 # unique
            description: Random document ids become uuid5(user, file hash)
            depends-on: [documents-deduplicated]
            rekey:
              table: public.documents
              key: id
              to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', user_id::text || ':' || file_sha256)   # RFC 9562 version 5
              where: user_id IS NOT NULL
              references:
                - {table: public.search_log, column: document_id}
                - {table: public.workspaces, column: pinned_documents}
                - {table: public.settings, column: payload, path: $.last_document}
                - {table: public.events, column: resource_path, pattern: "documents/{key}/"}
                - {table: public.comments, column: target_id, when: "target_type = 'document'"}
              children:
                - {table: public.document_chunks, key: id, to: "uuid5(document_id, chunk_no::text)"}
              aliases: off
              triggers: off
              on-duplicate: merge
              merge: {keep: newest(updated_at)}
            health:
              - {name: mismatch_rate, sql: "SELECT 1.0", unit: ratio, warn: 0.01, critical: 0.1}
            verify:
              - {name: no orphaned chunks, sql: "SELECT count(*) FROM chunks;", expect: 0}
            require:
              - {name: roles are seeded, sql: "SELECT count(*) = 4 FROM roles", otherwise: "run the role seed first"}
            session: {app.current_sub: migration}
            summary: [pipeline_status]
            """;

    private static final String SMALL = "migration: %s\nrekey: {table: t, key: id, to: id + 1}\n";

    @TempDir
    private Path directory;

    @Test
    void shouldReadTheWholeLanguage() throws IOException {
        write("a.yaml", WHOLE);
        write("b.yml", SMALL.formatted("documents-deduplicated"));

        LoadResult result = load();

        assertThat(result.errors()).isEmpty();
        assertThat(result.definitions())
                .extracting(Definition::migration)
                .containsExactly("documents-deduplicated", "documents-uuid5");
        Definition definition = result.definitions().get(1);
        assertThat(definition.description()).isEqualTo("Random document ids become uuid5(user, file hash)");
        assertThat(definition.dependsOn()).containsExactly("documents-deduplicated");
        assertThat(definition.verify())
                .containsExactly(new VerifyCheck("no orphaned chunks", "SELECT count(*) FROM chunks", "0"));
        assertThat(definition.health())
                .containsExactly(new HealthMeasure(
                        "mismatch_rate",
                        "SELECT 1.0",
                        "ratio",
                        new Limits(Limits.Worse.HIGHER, 0.01, Optional.of(0.1))));
        assertThat(definition.require())
                .containsExactly(new Requirement(
                        "roles are seeded", "SELECT count(*) = 4 FROM roles", "run the role seed first"));
        assertThat(definition.session()).isEqualTo(Map.of("app.current_sub", "migration"));
        assertThat(definition.summary()).containsExactly("pipeline_status");
        assertThat(definition.file()).isEqualTo(directory.resolve("a.yaml"));
        assertThat(definition.text()).isEqualTo(WHOLE);
        assertThat(definition.hash()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void shouldReadEveryPartOfARekey() throws IOException {
        write("a.yaml", WHOLE.replace("depends-on: [documents-deduplicated]\n", ""));

        RekeyDefinition rekey = (RekeyDefinition) load().definitions().get(0).operation();

        assertThat(rekey)
                .isEqualTo(new RekeyDefinition(
                        new TableName("public", "documents"),
                        "id",
                        new KeyExpression.Uuid5(
                                "'6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid", "user_id::text || ':' || file_sha256"),
                        "user_id IS NOT NULL",
                        List.of(
                                reference("search_log", "document_id", null, null, null),
                                reference("workspaces", "pinned_documents", null, null, null),
                                reference("settings", "payload", "$.last_document", null, null),
                                reference("events", "resource_path", null, "documents/{key}/", null),
                                reference("comments", "target_id", null, null, "target_type = 'document'")),
                        List.of(new DerivedChild(
                                new TableName("public", "document_chunks"),
                                "id",
                                new KeyExpression.Uuid5("document_id", "chunk_no::text"))),
                        false,
                        Triggers.OFF,
                        OnDuplicate.MERGE,
                        Optional.of(new Survivor(Survivor.Direction.NEWEST, "updated_at")),
                        Optional.empty()));
    }

    @Test
    void shouldAssumeTheCautiousDefaults() throws IOException {
        write("a.yaml", SMALL.formatted("small"));

        RekeyDefinition rekey = (RekeyDefinition) load().definitions().get(0).operation();

        assertThat(rekey.where()).isEqualTo("true");
        assertThat(rekey.triggers()).isEqualTo(Triggers.FIRE);
        assertThat(rekey.onDuplicate()).isEqualTo(OnDuplicate.FAIL);
        assertThat(rekey.survivor()).isEmpty();
        assertThat(rekey.kind()).isEqualTo("rekey");
    }

    @Test
    void shouldHashTheBytesOfTheFile() throws IOException {
        write("a.yaml", SMALL.formatted("small"));
        String hash = load().definitions().get(0).hash();
        write("a.yaml", SMALL.formatted("small") + "# a remark\n");

        assertThat(load().definitions().get(0).hash()).isNotEqualTo(hash);
    }

    @Test
    void shouldReadAnAcceptedTextAgain() throws IOException {
        write("a.yaml", SMALL.formatted("small"));
        Definition loaded = load().definitions().get(0);

        assertThat(DefinitionDirectory.accepted(loaded.text(), loaded.file())).isEqualTo(loaded);
        assertThatThrownBy(() -> DefinitionDirectory.accepted("migration: x\n", loaded.file()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a.yaml:1:1");
    }

    @Nested
    class Mistakes {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '§',
                value = {
                    "  key: id|  kye: id|6|3|rekey.kye|did you mean 'key'?",
                    "description: Random|descriptoin: Random|2|1|descriptoin|did you mean 'description'?",
                    "  table: public.documents|  # no table|6|3|rekey.table|schema.table",
                    "  table: public.documents|  table: a.b.c|5|10|rekey.table|schema.table",
                    "  table: public.documents|  table: [a]|5|10|rekey.table|quote the text",
                    "  table: public.documents|  table:|5|9|rekey.table|write a value or remove the key",
                    "  key: id|  key: id\\n  key: id|7|3|rekey.key|keep one of them",
                    "migration: documents-uuid5|migration: Documents UUID|1|12|migration|lower-case",
                    "depends-on: [documents-deduplicated]|depends-on: documents-deduplicated|3|13|depends-on|write [item, item]",
                    "depends-on: [documents-deduplicated]|depends-on: [documents-dedup]|3|14|depends-on|did you mean",
                    "path: $.last_document|path: last_document|12|55|rekey.references[2].path|write $ and steps",
                    "\"documents/{key}/\"|\"documents/\"|13|62|rekey.references[3].pattern|{key} once",
                    "path: $.last_document|path: $.a, pattern: \"{key}\"|12|69|rekey.references[2].pattern|remove one of them",
                    "column: document_id}|column: document_id, colour: red}|10|55|rekey.references[0].colour|known here",
                    "  aliases: off|  aliases: maybe|17|12|rekey.aliases|write one of",
                    "  triggers: off|  triggers: never|18|13|rekey.triggers|write one of",
                    "  on-duplicate: merge|  on-duplicate: skip|20|10|rekey.merge|on-duplicate: merge",
                    "  merge: {keep: newest(updated_at)}|  # nobody|19|17|rekey.on-duplicate|keep: newest",
                    "newest(updated_at)|updated_at|20|17|rekey.merge.keep|newest(<expression>)",
                    "newest(updated_at)|newest()|20|17|rekey.merge.keep|newest(<expression>)",
                    "  where: user_id IS NOT NULL|  where: (user_id|8|10|rekey.where|one SQL expression",
                    "warn: 0.01|warn: some|22|65|health[0].warn|write the number",
                    "warn: 0.01|warn: 0.5|22|65|health[0].warn|swap them",
                    ", expect: 0||24|5|verify[0].expect|must answer",
                    "otherwise: |otherwis: |26|69|require[0].otherwis|did you mean 'otherwise'?",
                    "app.current_sub: migration|lock_timeout: 0|27|10|session|remove it",
                    "app.current_sub: migration|a b: 0|27|10|session|app.tenant",
                    "[pipeline_status]|[a, a]|28|14|summary|keep one of them",
                    "table: public.document_chunks|table: public.documents|16|15|rekey.children[0].table|foreign keys",
                })
        void shouldTellPlaceKeyAndWayOut(String old, String changed, int line, int column, String key, String remedy)
                throws IOException {
            write("b.yaml", SMALL.formatted("documents-deduplicated"));
            write("a.yaml", changed(old, changed == null ? "" : changed.replace("\\n", "\n")));

            LoadResult result = load();

            assertThat(result.errors()).anySatisfy(error -> {
                assertThat(error.file()).isEqualTo("a.yaml");
                assertThat(error.key()).isEqualTo(key);
                assertThat(error.line()).isEqualTo(line);
                assertThat(error.column()).isEqualTo(column);
                assertThat(error.message()).isNotBlank();
                assertThat(error.remedy()).contains(remedy);
            });
            assertThat(result.definitions())
                    .extracting(Definition::migration)
                    .containsExactly("documents-deduplicated");
        }

        private String changed(String old, String changed) {
            assertThat(WHOLE).contains(old);
            int at = WHOLE.indexOf(old);
            return WHOLE.substring(0, at) + changed + WHOLE.substring(at + old.length());
        }

        @Test
        void shouldTellAllMistakesOfAFileAtOnce() throws IOException {
            write("a.yaml", "migration: UP\ncolour: red\nrekey: {tabel: t, key: id, to: 'f('}\nverify: 7\n");

            assertThat(load().errors())
                    .extracting(DefinitionError::line, DefinitionError::key)
                    .containsExactly(
                            tuple(1, "migration"),
                            tuple(2, "colour"),
                            tuple(3, "rekey.table"),
                            tuple(3, "rekey.tabel"),
                            tuple(3, "rekey.to"),
                            tuple(4, "verify"));
        }

        @Test
        void shouldSayThatAnOperationIsMissing() throws IOException {
            write("a.yaml", "migration: a\n");

            assertThat(load().errors())
                    .extracting(DefinitionError::key, DefinitionError::line)
                    .containsExactly(tuple("rekey", 1));
        }
    }

    @Nested
    class WholeFiles {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '§',
                value = {
                    "- a|1|a mapping of keys|begin with",
                    "a: &x 1\\nb: *x|1|anchors and aliases|write the value out",
                    "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[|1|levels deep|handful",
                    "a: 1\\n---\\nb: 2|2|second document|one migration per file",
                    "migration: a: b|1|malformed YAML|quote the value",
                    "a:\\n\\tb: 1|2|malformed YAML|tabs",
                    "to: 'x' + y|1|malformed YAML|quote",
                    "a: [1|1|malformed YAML|quote",
                    "a: !!javax.script.ScriptEngineManager [x]|1|unknown key|known here",
                    "{1: 2, [3]: 4}|1|plain word|known here",
                })
        void shouldRefuseFilesThatAreNoDefinitions(String text, int line, String message, String remedy)
                throws IOException {
            write("a.yaml", text.replace("\\n", "\n").replace("\\t", "\t"));

            LoadResult result = load();

            assertThat(result.definitions()).isEmpty();
            assertThat(result.errors()).anySatisfy(error -> {
                assertThat(error.line()).isEqualTo(line);
                assertThat(error.message()).contains(message);
                assertThat(error.remedy()).contains(remedy);
            });
        }

        @Test
        void shouldSurviveBombsOfNestingAndOfAliases() throws IOException {
            write("deep.yaml", "a: " + "[".repeat(500_000));
            StringBuilder laughs = new StringBuilder("a: &a [x, x]\n");
            for (char c = 'b'; c < 'z'; c++) {
                laughs.append(c)
                        .append(": &")
                        .append(c)
                        .append(" [*")
                        .append((char) (c - 1))
                        .append(", *")
                        .append((char) (c - 1))
                        .append("]\n");
            }
            write("laughs.yaml", laughs.toString());

            assertThat(load().errors()).extracting(DefinitionError::file).containsExactly("deep.yaml", "laughs.yaml");
        }

        @Test
        void shouldRefuseEmptyLargeAndUnreadableText() throws IOException {
            write("empty.yaml", " \n");
            write("comment.yaml", "# nothing\n");
            write("large.yaml", "# " + "x".repeat(DefinitionDirectory.FILE_BYTES_MAX));
            Files.write(directory.resolve("latin.yaml"), "migration: größe".getBytes(StandardCharsets.ISO_8859_1));
            write("control.yaml", "migration: a\u0007\n");

            assertThat(load().errors())
                    .extracting(DefinitionError::file, DefinitionError::message)
                    .satisfies(errors -> assertThat(errors.toString())
                            .contains("the file is empty", "larger than", "not UTF-8", "U+0007"));
            assertThat(load().errors()).hasSize(5).allMatch(error -> !error.remedy()
                    .isBlank());
        }

        @Test
        void shouldReadFilesThatBeginWithAByteOrderMark() throws IOException {
            write("a.yaml", "\uFEFF" + SMALL.formatted("marked"));

            assertThat(load().definitions()).extracting(Definition::migration).containsExactly("marked");
        }

        @Test
        void shouldLeaveOtherFilesAlone() throws IOException {
            write("README.md", "no definition");
            write(".hidden.yaml", "no: definition");
            write("features.yaml", "search: [a]");
            Files.createDirectory(directory.resolve("sub.yaml"));

            LoadResult result = load();

            assertThat(result.errors()).isEmpty();
            assertThat(result.definitions()).isEmpty();
        }

        @Test
        void shouldSayThatThereIsNoDirectory() {
            LoadResult result = new DefinitionDirectory(directory.resolve("nowhere")).load();

            assertThat(result.errors()).singleElement().satisfies(error -> {
                assertThat(error.message()).contains("nowhere");
                assertThat(error.line()).isZero();
            });
        }
    }

    private static SoftReference reference(String table, String column, String path, String pattern, String when) {
        return new SoftReference(
                new TableName("public", table),
                column,
                Optional.ofNullable(path),
                Optional.ofNullable(pattern),
                Optional.ofNullable(when));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private LoadResult load() {
        return new DefinitionDirectory(directory).load();
    }
}
