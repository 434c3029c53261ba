package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.LonePostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The example's README on a real database that some branches have reached. */
class BranchingSchemaIT {
    private static final List<String> OPTIONS = List.of(
            "--alembic", ReadmeCommand.EXAMPLE.resolve("versions").toString(), "--database-url", "$DATABASE_URL");

    @TempDir
    private static Path server;

    private static LonePostgres postgres;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startPostgres() {
        postgres = new LonePostgres(server);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void makeTheState() throws Exception {
        execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        execute(Files.readString(
                GodwitProcess.HOME.resolve(ReadmeCommand.EXAMPLE).resolve("state.sql")));
    }

    static Stream<ReadmeCommand> commands() {
        return ReadmeCommand.all().stream().filter(ReadmeCommand::needsDatabase);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldPrintWhatTheReadmeShows(ReadmeCommand command) throws Exception {
        if (command.sql().isPresent()) {
            execute(command.sql().get());
        }

        Result result = command.run(directory, postgres.url().toUrl());

        assertThat(ReadmeCommand.tidy(result.out())).as(result.err()).isEqualTo(command.shown());
        assertThat(result.code()).isEqualTo(command.exitCode());
    }

    @Test
    void shouldTellNineFeaturesLiveAndSixMissing() throws Exception {
        JsonNode features = run("features", "--json").json();

        assertThat(features.path("live").asInt()).isEqualTo(9);
        assertThat(features.path("missing").asInt()).isEqualTo(6);
        JsonNode offline = features.path("features").get(11);
        assertThat(offline.path("feature").asText()).isEqualTo("offline work");
        assertThat(offline.path("waitsFor").toString())
                .isEqualTo("{\"tables\":[\"change_sets\",\"sync_conflicts\",\"sync_cursors\"],"
                        + "\"migrations\":[\"sync_0002\",\"sync_0003\",\"sync_0004\"]}");
    }

    @Test
    void shouldFollowTheStateOfOneBranchAfterTheOther() throws Exception {
        execute("""
                CREATE TABLE policies (id uuid PRIMARY KEY, role_id uuid NOT NULL REFERENCES roles, rule json NOT NULL);
                INSERT INTO alembic_version VALUES ('sec_0004')
                """);

        JsonNode features = run("features", "--json").json();

        assertThat(features.path("live").asInt()).isEqualTo(10);
        assertThat(features.path("features").get(10).path("waitsFor").toString())
                .isEqualTo("{\"tables\":[\"api_keys\"],\"migrations\":[\"sec_0005\"]}");
    }

    @Test
    void shouldFindAVersionTableByAnotherNameAndSayWhenThereIsNone() throws Exception {
        execute(
                "CREATE SCHEMA \"Odd\"\"x\"; ALTER TABLE alembic_version SET SCHEMA \"Odd\"\"x\"; ALTER TABLE \"Odd\"\"x\".alembic_version RENAME TO v");

        Result none = run("graph", "--json");
        Result found = run("graph", "--json", "--version-table", "v");

        assertThat(none.json().path("findings").toString()).contains("no_version_table", "unrecorded_table");
        assertThat(none.code()).isEqualTo(ExitCode.DIFFERENCES);
        assertThat(found.json().path("database").path("versions")).hasSize(5);
        assertThat(found.code()).isEqualTo(ExitCode.DONE);
    }

    private Result run(String command, String... more) throws Exception {
        List<String> arguments = Stream.of(List.of(command), OPTIONS, List.of(more))
                .flatMap(List::stream)
                .toList();
        return new ReadmeCommand(arguments, "", 0, true, Optional.empty())
                .run(directory, postgres.url().toUrl());
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = postgres.url().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
