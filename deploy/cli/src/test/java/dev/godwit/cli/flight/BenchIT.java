package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Benchmarks run to their end and say what they measured; how fast anything was is nobody's business here. */
@ExtendWith(LiveStackExtension.class)
class BenchIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path elsewhere;

    @ParameterizedTest
    @CsvSource({"transform, 0.75", "derive, 0.7"})
    void shouldMeasureGodwitBesideTheSingleStatement(String kind, double target, LiveStack stack) throws Exception {
        Result told = bench(stack, kind, "--rows", "1000", "--pairs", "1");

        assertThat(told.code()).as(told.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = told.json();
        assertThat(json.path("benchmark").asText()).isEqualTo(kind);
        assertThat(json.path("pairs").asInt()).isEqualTo(1);
        assertThat(json.path("ratios").path("target").asDouble()).isEqualTo(target);
        assertThat(json.path("ratios").path("committedToFloor").path("median").asDouble())
                .isPositive();
        assertThat(json.at("/ratios/committedToFloorByServerCpu/median").asDouble())
                .as("processor time of the server's sessions")
                .isPositive();
        assertThat(json.at("/cpuMicrosPerEntity/beside/migration-service/median")
                        .asDouble())
                .isPositive();
        assertThat(json.path("server").asText()).contains("fsync", "synchronous_commit");
        assertThat(stack.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%'"))
                .isEmpty();
    }

    @Test
    void shouldMeasureTheImportBesidePlainCopiesWhileBothDatabasesAreWrittenTo(LiveStack stack) throws Exception {
        Result told = bench(stack, "import", "--rows", "1000", "--window", "0");

        assertThat(told.code()).as(told.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = told.json();
        assertThat(json.at("/entitiesPerSecond/insertSelect/median").asDouble()).isPositive();
        assertThat(json.at("/entitiesPerSecond/copyPipe/median").asDouble()).isPositive();
        assertThat(json.at("/ratios/committedToFloor/median").asDouble()).isPositive();
        assertThat(json.at("/lagSeconds/afterLoad/median").asDouble()).isPositive();
        assertThat(json.path("writes").asInt()).isPositive();
        assertThat(json.path("compared").asInt()).isGreaterThan(900);
        String leftovers = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%'";
        assertThat(stack.query(leftovers)).isEmpty();
        assertThat(stack.querySource(leftovers)).isEmpty();
    }

    private Result bench(LiveStack stack, String kind, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("bench", kind, "--json", "--state"));
        arguments.add(stack.stack().directory().toString());
        arguments.addAll(List.of(options));
        return GodwitProcess.run(elsewhere, arguments, PATIENCE);
    }

    @Test
    void shouldTakeAFullTopicInAndProveItWithAndWithoutTheService(LiveStack stack) throws Exception {
        JsonNode bench = succeed(stack, "bench", "audit", "--rows", "2000", "--per-event", "100");
        assertThat(bench.path("outcomes").asInt()).isEqualTo(2000);
        assertThat(bench.path("events").asInt()).isEqualTo(20);
        assertThat(bench.path("serviceMemoryMiB").asInt()).isPositive();
        String run = bench.path("run").asText();

        JsonNode integrity = succeed(stack, "audit", "integrity", run);
        assertThat(integrity.path("intact").asBoolean()).isTrue();
        assertThat(integrity.path("outcomes").asInt()).isEqualTo(2000);

        Path file = elsewhere.resolve("bundle.jsonl");
        JsonNode exported = succeed(stack, "audit", "export", run, "--out", file.toString());
        assertThat(exported.path("file").asText()).isEqualTo(file.toString());
        Result verified = GodwitProcess.run(
                elsewhere,
                List.of(
                        "audit",
                        "verify",
                        file.toString(),
                        "--key",
                        integrity.path("publicKey").asText(),
                        "--json"),
                PATIENCE);
        assertThat(verified.code()).as(verified.err()).isEqualTo(ExitCode.DONE);
        assertThat(verified.json().path("outcomes").asInt()).isEqualTo(2000);
        assertThat(verified.json().path("redacted").asInt()).isZero();
    }

    @Test
    void shouldMeasureEveryPageOfTheDashboardAndTakeItsMigrationsAway(LiveStack stack) throws Exception {
        JsonNode bench = succeed(
                stack, "bench", "pages", "--runs", "2", "--rows", "2000", "--migrations", "8", "--requests", "2");

        assertThat(bench.path("pages").findValuesAsText("page"))
                .contains("overview", "run", "outcomes", "entity", "graph", "health, a week", "integrity");
        assertThat(bench.path("pages")).allSatisfy(page -> {
            assertThat(page.path("p95Millis").asDouble()).isPositive();
            assertThat(page.path("bytes").asInt()).as("%s", page).isGreaterThan(1000);
        });
        assertThat(succeed(stack, "list").toString()).doesNotContain("bench-page-");
    }

    private JsonNode succeed(LiveStack stack, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--json", "--state", stack.stack().directory().toString()));
        Result told = GodwitProcess.run(elsewhere, words, PATIENCE);
        assertThat(told.code()).as(told.err()).isEqualTo(ExitCode.DONE);
        return told.json();
    }
}
