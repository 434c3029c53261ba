package dev.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script as a shell runs it, from a directory that is not Godwit's. */
class GodwitScriptIT {
    @TempDir
    private Path elsewhere;

    private record Result(int code, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    @Test
    void shouldPrintItsVersionFromAnywhereAndThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(elsewhere.resolve("linked"), script());

        assertThat(run(link, "--version").out()).startsWith("godwit ").contains("PostgreSQL", "Kafka", "Debezium");
    }

    @Test
    void shouldTellAWrongCommandLineFromAFailure() throws Exception {
        assertThat(run(script()).code()).isEqualTo(ExitCode.USAGE);
        assertThat(run(script(), "fly").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run(script(), "run").err()).contains("MIGRATION").doesNotContain("\tat ");
        assertThat(run(script(), "run", "m", "--plan", "r1").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run(script(), "up", "--instances", "0").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run(script(), "up", "--database-url", "nonsense").err()).contains("postgresql://");
    }

    @Test
    void shouldSayHowToBeginWhereThereIsNoStack() throws Exception {
        Result result = run(script(), "status");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("./godwit up").doesNotContain("\tat ");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void shouldPrintOneObjectEvenWhenItFails() throws Exception {
        Result result = run(script(), "run", "documents", "--json", "--url", "http://127.0.0.1:1");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.json().path("error").path("code").asText()).isEqualTo("unreachable");
        assertThat(result.json().path("counts").path("migrated").asInt(-1)).isZero();
    }

    @Test
    void shouldWriteSkeletonsThatPassTheCheck() throws Exception {
        for (String kind : List.of("rekey", "transform", "derive", "import", "schema")) {
            int code = Godwit.commandLine()
                    .execute(
                            "init",
                            "my-" + kind,
                            "--kind",
                            kind,
                            "--migrations",
                            elsewhere.resolve("mine").toString());
            assertThat(code).as(kind).isEqualTo(ExitCode.DONE);
        }

        Result sound = run(script(), "check", "mine", "--json");
        Result again = run(script(), "init", "my-rekey", "--kind", "rekey", "--migrations", "mine");

        assertThat(sound.code()).as(sound.err()).isEqualTo(ExitCode.DONE);
        assertThat(sound.json().path("migrations")).hasSize(5);
        assertThat(elsewhere.resolve("mine/definition.schema.json"))
                .hasSameTextualContentAs(Home.find().definitionSchema());
        assertThat(again.code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldTellMistakesInDefinitionsWithoutAService() throws Exception {
        Path mine = Files.createDirectory(elsewhere.resolve("mine"));
        Files.writeString(
                mine.resolve("wrong.yaml"), "migration: wrong\nrekey:\n  tabel: a.b\n  key: id\n  to: f(id)\n");

        Result checked = run(script(), "check", "mine");

        assertThat(checked.code()).isEqualTo(ExitCode.USAGE);
        assertThat(checked.err())
                .contains("wrong.yaml:3: unknown key 'tabel'", "did you mean 'table'?")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldDoNothingWhenTheStackThatShallEndIsAbsent() throws Exception {
        Result result = run(script(), "down", "--purge", "--json");

        assertThat(result.code()).isEqualTo(ExitCode.DONE);
        assertThat(result.json().path("state").asText()).isEqualTo("absent");
    }

    private static Path script() {
        return Home.find().root().resolve("godwit");
    }

    private Result run(Path script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = elsewhere.resolve("out");
        Path err = elsewhere.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(elsewhere.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("GODWIT_STATE", elsewhere.resolve("state").toString());
        builder.environment().put("GODWIT_BUILD", "never");
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
