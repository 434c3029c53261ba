package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The JSON Schema that editors complete and check by says what the reader of definitions says. */
class DefinitionSchemaTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path FILE = ROOT.resolve("docs/reference/definition.schema.json");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\n((?:#[^\n]*\n)?migration: .*?)```", Pattern.DOTALL);
    private static final Pattern DEFINITION = Pattern.compile("^migration: ", Pattern.MULTILINE);
    private static final Pattern KNOWN = Pattern.compile("known here: (.*)\\)");

    /** A key that is like no other, so that the reader lists those that it knows. */
    private static final String FOREIGN = "qqqqqqqqqqqqqqq";

    @TempDir
    private Path directory;

    /** One definition of each kind, with every mapping that it may have. */
    static Stream<String> whole() {
        String rest = """
                depends-on: []
                verify: [{name: a, sql: SELECT 0, expect: 0}]
                require: [{name: a, sql: SELECT true, otherwise: wait}]
                health: [{name: a, sql: SELECT 0, warn: 1, critical: 2}]
                inventory: [{name: a, sql: SELECT 0}]
                session: {app.tenant: '7'}
                """;
        return Stream.of("""
                migration: m
                rekey:
                  table: a.b
                  key: id
                  to: gen(id)
                  references: [{table: a.c, column: b}]
                  children: [{table: a.d, key: id, to: gen(b)}]
                  on-duplicate: merge
                  merge: {keep: newest(at)}
                """, """
                migration: m
                transform:
                  table: a.b
                  pending: x < 1
                  set: {x: '1'}
                  writers: old
                  constraint: {name: c, from: x < 1, to: x > 0}
                """, """
                migration: m
                derive:
                  from: a.b
                  into: a.c
                  identity: [id]
                  rows: SELECT id FROM entity
                  watch: [{table: a.d, entity: b}]
                """, """
                migration: m
                import:
                  from: a.b
                  into: a.c
                  set: {id: id}
                  on-conflict: {columns: [id]}
                  blobs: {path: p, sha256: s, size: z, store: files}
                """, """
                migration: m
                schema:
                  up: CREATE TABLE a.b ()
                  provides: {tables: [a.b]}
                """).map(kind -> kind + rest);
    }

    @ParameterizedTest
    @MethodSource("whole")
    void shouldKnowTheKeysThatTheReaderKnows(String text) throws IOException {
        assertThat(errors(text)).isEmpty();
        assertThat(violations(text)).isEmpty();
        Map<String, JsonNode> mappings = new LinkedHashMap<>();
        collect(schema(), JSON.valueToTree(load(text)), "", mappings);

        Map<String, Set<String>> inSchema = new LinkedHashMap<>();
        mappings.forEach((path, schema) -> {
            Set<String> keys = new TreeSet<>();
            schema.path("properties").fieldNames().forEachRemaining(keys::add);
            inSchema.put(path, keys);
        });
        Map<String, Set<String>> inReader = new LinkedHashMap<>();
        for (String path : mappings.keySet()) {
            inReader.put(path, keysOfReader(text, path));
        }

        assertThat(inSchema).isEqualTo(inReader).hasSizeGreaterThan(6);
    }

    /** Every mapping of the document whose keys the schema fixes, by its path. */
    private static void collect(JsonNode schema, JsonNode value, String path, Map<String, JsonNode> found) {
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                collect(schema.path("items"), value.get(i), path + "/" + i, found);
            }
        }
        if (value.isObject() && schema.path("additionalProperties").isBoolean()) {
            found.put(path, schema);
            value.properties()
                    .forEach(entry -> collect(
                            schema.path("properties").path(entry.getKey()),
                            entry.getValue(),
                            path + "/" + entry.getKey(),
                            found));
        }
    }

    /** What the reader says it knows where a foreign key stands. */
    private Set<String> keysOfReader(String text, String path) throws IOException {
        JsonNode document = JSON.valueToTree(load(text));
        ((com.fasterxml.jackson.databind.node.ObjectNode) document.at(path)).put(FOREIGN, "x");
        String json = document.toString();
        assertThat(violations(json)).isNotEmpty();
        Matcher known = KNOWN.matcher(String.join("\n", errors(json)));
        assertThat(known.find()).as(path).isTrue();
        return new TreeSet<>(List.of(known.group(1).split(", ")));
    }

    @Test
    void shouldAcceptEveryDefinitionOfTheDocumentation() throws IOException {
        List<String> refused = new ArrayList<>();
        int seen = 0;
        for (Map.Entry<String, String> definition : documented().entrySet()) {
            seen++;
            violations(definition.getValue()).forEach(violation -> refused.add(definition.getKey() + ": " + violation));
        }

        assertThat(refused).isEmpty();
        assertThat(seen).isGreaterThan(50);
    }

    /** Files of the examples, and definitions that pages show. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> definitions = new LinkedHashMap<>();
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> skeletons =
                        Files.list(ROOT.resolve("deploy/cli/src/main/resources/dev/godwit/cli/init"))) {
            for (Path file : Stream.concat(docs, skeletons)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList()) {
                String name = file.toString();
                if (name.endsWith(".yaml")
                        && DEFINITION.matcher(Files.readString(file)).find()) {
                    definitions.put(name, Files.readString(file).replace("NAME", "name"));
                } else if (name.endsWith(".md")) {
                    Matcher example = EXAMPLE.matcher(Files.readString(file));
                    while (example.find()) {
                        definitions.put(name + ":" + example.start(), example.group(1));
                    }
                }
            }
        }
        return definitions;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "migration: Upper\nschema: {up: SELECT 1}",
                "description: no name\nschema: {up: SELECT 1}",
                "migration: m",
                "migration: m\nschema: {up: SELECT 1}\nderive: {from: a.b, into: a.c, identity: [id], rows: SELECT id FROM entity}",
                "migration: m\nrekey: {table: a.b, key: id}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), on-duplicate: merge}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), merge: {keep: newest(at)}}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), on-duplicate: merge, merge: {keep: biggest(at)}}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), triggers: maybe}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), references: [{table: a.c, column: x, path: $.a, pattern: 'x/{key}/'}]}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), references: [{table: a.c, column: x, pattern: 'x/'}]}",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id), references: {table: a.c, column: x}}",
                "migration: m\ntransform: {table: a.b, pending: x < 1, set: {}, writers: old}",
                "migration: m\ntransform: {table: a.b, pending: x < 1, set: {x: '1'}}",
                "migration: m\ntransform: {table: a.b, pending: x < 1, set: {x: '1'}, writers: both}",
                "migration: m\ntransform: {table: a.b, pending: x < 1, set: {x: '1'}, writers: old, functions: x.txt}",
                "migration: m\nderive: {from: a.b, into: a.c, identity: [], rows: SELECT id FROM entity}",
                "migration: m\nderive: {from: a.b, into: a.c, identity: [id], rows: SELECT 1}",
                "migration: m\nimport: {from: a.b, into: a.c, set: {id: id}, on-delete: archive}",
                "migration: m\nimport: {from: a.b, into: a.c, set: {id: id}, source: My-Db}",
                "migration: m\nschema: {up: SELECT 1, attempts: 0}",
                "migration: m\nschema: {up: SELECT 1, lock-timeout: 5}",
                "migration: m\nschema: {up: SELECT 1, provides: {columns: [b]}}",
                "migration: m\nschema: {up: SELECT 1}\nverify: [{name: a, sql: SELECT 0}]",
                "migration: m\nschema: {up: SELECT 1}\nhealth: [{name: a, sql: SELECT 0, warn: high, critical: 2}]",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id)}\nhealth: [{name: orphans, sql: SELECT 0, warn: 1, critical: 2}]",
                "migration: m\nschema: {up: SELECT 1}\nsession: {'no name': x}",
                "migration: m\nschema: {up: SELECT 1}\nsummary: [a]",
                "migration: m\nrekey: {table: a.b, key: id, to: gen(id)}\nsummary: [a, b, c, d, e, f, g, h, i]",
                "migration: m\nschema: {up: ' '}",
                "migration: m\nschema: [up, down]"
            })
    void shouldRefuseWhatTheReaderRefuses(String text) throws IOException {
        assertThat(errors(text)).as("reader").isNotEmpty();
        assertThat(violations(text)).as("schema").isNotEmpty();
    }

    private static JsonNode schema() throws IOException {
        return JSON.readTree(Files.readString(FILE));
    }

    private static List<String> violations(String text) throws IOException {
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(Files.readString(FILE));
        return schema.validate(JSON.valueToTree(load(text))).stream()
                .map(ValidationMessage::getMessage)
                .toList();
    }

    private static Object load(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    private List<String> errors(String text) throws IOException {
        Files.writeString(directory.resolve("m.yaml"), text);
        return new DefinitionDirectory(directory)
                .load().errors().stream().map(DefinitionError::toString).toList();
    }
}
