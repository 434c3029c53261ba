package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer runs first. It proves its own claims; here they are counted, so that none can silently disappear. */
@ExtendWith(LiveStackExtension.class)
class DemoIT {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    private Path elsewhere;

    @Test
    void shouldFlyThereAndBackUnderTrafficAndProveIt(LiveStack stack) throws Exception {
        Result told = GodwitProcess.run(
                elsewhere,
                List.of(
                        "demo",
                        "--rows",
                        "1000",
                        "--traffic",
                        "50",
                        "--json",
                        "--state",
                        stack.stack().directory().toString()),
                PATIENCE);

        assertThat(told.err()).doesNotContain("\tat ");
        List<JsonNode> claims = told.json().findParents("claim");
        assertThat(claims).allMatch(claim -> claim.path("holds").asBoolean());
        assertThat(claims.stream().map(claim -> claim.path("claim").asText()))
                .hasSizeGreaterThanOrEqualTo(10)
                .anyMatch(claim -> claim.contains("acknowledged"))
                .anyMatch(claim -> claim.contains("journal"));
        assertThat(told.json().path("traffic").path("oldIdsWritten").asLong()).isPositive();
        assertThat(told.json().path("counts").path("migrated").asLong()).isGreaterThan(900);
        assertThat(told.code()).isEqualTo(ExitCode.DONE);
        stack.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
}
