package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The example's README: every command prints what the page shows. */
class BranchingSchemaTest {
    private static final String VERSIONS =
            ReadmeCommand.EXAMPLE.resolve("versions").toString();

    @TempDir
    private Path directory;

    static Stream<ReadmeCommand> commands() {
        return ReadmeCommand.all().stream().filter(command -> !command.needsDatabase());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldPrintWhatTheReadmeShows(ReadmeCommand command) throws Exception {
        Result result = command.run(directory, "");

        assertThat(ReadmeCommand.tidy(result.out())).isEqualTo(command.shown());
        assertThat(result.code()).isEqualTo(command.exitCode());
    }

    @Test
    void shouldFindTheEighthRootAndNothingElseWrongWithTheShape() throws Exception {
        JsonNode graph = run(false, "--json").json();

        assertThat(graph.path("roots")).hasSize(8);
        List<String> problems = new ArrayList<>();
        for (JsonNode finding : graph.path("findings")) {
            if (finding.path("problem").asBoolean()) {
                problems.add(finding.path("code").asText() + " "
                        + finding.path("subject").asText());
                assertThat(finding.path("file").asText()).endsWith("tenant_0001_isolation.py");
            }
        }
        assertThat(problems)
                .containsExactly(
                        "unexpected_root tenant_0001",
                        "table_before_creation tenant_0001",
                        "table_before_creation tenant_0001");
    }

    @Test
    void shouldDrawThePictureThatTheReadmeShows() throws Exception {
        Result drawn = run(true, "--svg");

        assertThat(drawn.code()).isEqualTo(ExitCode.DONE);
        assertThat(drawn.out())
                .isEqualTo(Files.readString(
                        GodwitProcess.HOME.resolve(ReadmeCommand.EXAMPLE).resolve("graph.svg")));
    }

    private Result run(boolean isCorrected, String option) throws Exception {
        List<String> arguments = List.of("graph", "--alembic", VERSIONS, option);
        return new ReadmeCommand(arguments, "", 0, isCorrected, Optional.empty()).run(directory, "");
    }
}
