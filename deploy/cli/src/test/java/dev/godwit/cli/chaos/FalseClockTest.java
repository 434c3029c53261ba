package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.godwit.cli.client.RestClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FalseClockTest {

    @Test
    void shouldBeTheClockOfWhoeverHasTheServicesVariables(@TempDir Path state) throws IOException {
        Optional<FalseClock> clock = FalseClock.install(state);
        assumeThat(clock).as("libfaketime").isPresent();

        clock.get().set(Duration.ofHours(-1));

        Instant told = Instant.ofEpochSecond(Long.parseLong(date(state)));
        assertThat(told)
                .isBetween(
                        Instant.now().minus(Duration.ofMinutes(61)),
                        Instant.now().minus(Duration.ofMinutes(59)));
    }

    /** The time as a process tells it that has the variables of {@code state}. */
    private static String date(Path state) throws IOException {
        ProcessBuilder date = new ProcessBuilder("date", "+%s");
        RestClient.JSON
                .readTree(Files.readString(state.resolve("services.json")))
                .properties()
                .forEach(variable -> date.environment()
                        .put(variable.getKey(), variable.getValue().asText()));
        return new String(date.start().getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    }
}
