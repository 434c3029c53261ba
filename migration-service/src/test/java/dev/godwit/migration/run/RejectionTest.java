package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Schemas;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RejectionTest {

    @Test
    void shouldBeAnEventAsPublished() {
        Rejection rejection = new Rejection(
                "c-1",
                "dev.godwit.run.pause",
                Optional.empty(),
                Optional.of("r1"),
                "unknown_run",
                "no run has this id",
                Optional.empty());

        String json = rejection.toJson(Instant.parse("2026-11-21T00:00:00Z")).encode();

        assertThat(Schemas.violations("command-rejected", json)).isEmpty();
        assertThat(Schemas.violations("command-rejected", "{}")).isNotEmpty();
    }

    @Test
    void shouldBeKeyedByTheMigrationElseTheRunElseNothing() {
        assertThat(rejection(Optional.of("m"), Optional.of("r1")).key()).isEqualTo("m");
        assertThat(rejection(Optional.empty(), Optional.of("r1")).key()).isEqualTo("r1");
        assertThat(rejection(Optional.empty(), Optional.empty()).key()).isEmpty();
    }

    private static Rejection rejection(Optional<String> migration, Optional<String> run) {
        return new Rejection("c", "t", migration, run, "bad_data", "no", Optional.empty());
    }
}
