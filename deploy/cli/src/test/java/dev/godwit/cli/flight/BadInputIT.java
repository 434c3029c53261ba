package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people get wrong, and what the command line tells them: a clear message, an exit code, and nothing written. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String MIGRATION = "bad-input";
    private static final String SCHEMA = "bad";

    private final LiveStack stack;

    @TempDir
    private Path directory;

    BadInputIT(LiveStack stack) {
        this.stack = stack;
    }

    private record Result(int code, String out, String err) {
        JsonNode json() throws IOException {
            return RestClient.JSON.readTree(out);
        }
    }

    @BeforeEach
    void load() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS bad CASCADE;
                CREATE SCHEMA bad;
                CREATE TABLE bad.items (id uuid PRIMARY KEY, name text NOT NULL, tenant integer NOT NULL);
                CREATE TABLE bad.parts (id integer PRIMARY KEY, item_id uuid REFERENCES bad.items);
                INSERT INTO bad.items SELECT gen_random_uuid(), 'item ' || i, i % 2 FROM generate_series(1, 20) AS i;
                INSERT INTO bad.parts SELECT row_number() OVER (), id FROM bad.items
                """);
    }

    @AfterEach
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS bad CASCADE");
    }

    @Test
    void shouldNameFileAndLineOfMalformedYaml() throws Exception {
        Path file = stack.definitions().resolve("malformed.yaml");
        Files.writeString(file, "migration: malformed\nrekey:\n  table: bad.items\n  key: [id\n");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> !stack.migration().definitionErrors().isEmpty());

        Result listed = godwit("list");
        Result planned = godwit("plan", "malformed", "--json");

        assertThat(listed.code()).isEqualTo(ExitCode.USAGE);
        assertThat(listed.err()).containsPattern("malformed\\.yaml:[45]").doesNotContain("\tat ");
        assertThat(planned.code()).isEqualTo(ExitCode.USAGE);
        assertThat(planned.json().path("error").path("code").asText()).isEqualTo("unknown_migration");
        stack.undefine("malformed");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> stack.migration().definitionErrors().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bad.itmes | id    | md5(name)::uuid  | unknown_table      | bad.items",
                "bad.items | ident | md5(name)::uuid  | unknown_column     | id",
                "bad.items | id    | md5(nmae)::uuid  | invalid_expression | nmae",
                "bad.items | id    | md5(name, )      | invalid_expression | syntax error",
                "bad.items | id    | gen_random_uuid() | not_deterministic | ''"
            })
    void shouldRefuseWhatTheDatabaseDoesNotHave(String table, String key, String to, String code, String hint)
            throws Exception {
        stack.define(MIGRATION, definition(table, key, to));
        Map<String, String> before = stack.rowVersions(SCHEMA);

        for (String[] command : List.of(
                new String[] {"plan", MIGRATION, "--json"}, new String[] {"run", MIGRATION, "--commit", "--json"})) {
            Result refused = godwit(command);
            assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(ExitCode.REFUSED);
            assertThat(refused.out()).contains(code).contains(hint);
            assertThat(refused.err()).doesNotContain("\tat ");
        }
        assertThat(stack.rowVersions(SCHEMA)).isEqualTo(before);
    }

    @Test
    void shouldGiveTheLineThatMakesAMissingIndex() {
        stack.define(MIGRATION, definition("bad.items", "id", "md5(name)::uuid"));

        Run planned = stack.plan(MIGRATION);

        assertThat(planned.plan().toString())
                .contains("CREATE INDEX CONCURRENTLY ON \\\"bad\\\".\\\"parts\\\" (\\\"item_id\\\")");
        Run committed = stack.commit(MIGRATION);
        assertThat(committed.state()).as(committed.reason()).isEqualTo("completed");
        assertThat(committed.count("migrated")).isEqualTo(20);
    }

    @Test
    void shouldRefuseWhenPoliciesWouldHideRows() throws Exception {
        stack.execute("""
                ALTER TABLE bad.items ENABLE ROW LEVEL SECURITY;
                ALTER TABLE bad.items FORCE ROW LEVEL SECURITY;
                CREATE POLICY mine ON bad.items USING (tenant = 1)
                """);
        stack.define(MIGRATION, definition("bad.items", "id", "md5(name)::uuid"));

        Result refused = godwit("run", MIGRATION, "--commit", "--json");

        assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.out()).contains("policy_denied");
        stack.execute("ALTER TABLE bad.items DISABLE ROW LEVEL SECURITY");
        assertThat(stack.value("SELECT count(*) FROM bad.items WHERE id = md5(name)::uuid"))
                .isEqualTo("0");
    }

    @Test
    void shouldTakeHostileNamesForNamesOnly() throws SQLException {
        stack.execute("""
                CREATE TABLE bad."Tabl e.1""; DROP TABLE bad.parts; --" ("iD""%s$1" uuid PRIMARY KEY, "sel ect" text);
                CREATE TABLE bad."select" ("from" integer PRIMARY KEY, "where
                there" uuid REFERENCES bad."Tabl e.1""; DROP TABLE bad.parts; --");
                INSERT INTO bad."Tabl e.1""; DROP TABLE bad.parts; --" SELECT gen_random_uuid(), 'x' || i FROM generate_series(1, 20) AS i;
                INSERT INTO bad."select" SELECT row_number() OVER (), "iD""%s$1" FROM bad."Tabl e.1""; DROP TABLE bad.parts; --"
                """);
        stack.define(MIGRATION, """
                migration: bad-input
                rekey:
                  table: 'bad."Tabl e.1""; DROP TABLE bad.parts; --"'
                  key: 'iD"%s$1'
                  to: md5("sel ect")::uuid
                """);
        Map<String, String> before = stack.checksums(SCHEMA);

        Run run = stack.commit(MIGRATION);

        assertThat(run.state()).as(run.reason()).isEqualTo("completed");
        assertThat(run.count("migrated")).isEqualTo(20);
        assertThat(stack.rollBack(run).state()).isEqualTo("rolled-back");
        assertThat(stack.checksums(SCHEMA)).isEqualTo(before);
    }

    private static String definition(String table, String key, String to) {
        return """
                migration: bad-input
                rekey:
                  table: %s
                  key: %s
                  to: "%s"
                """.formatted(table, key, to);
    }

    /** The command line as a shell runs it. */
    private Result godwit(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Home.find().root().resolve("godwit").toString()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("GODWIT_STATE", stack.stack().directory().toString());
        builder.environment().put("GODWIT_BUILD", "never");
        Process process = builder.start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
