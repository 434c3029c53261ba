package dev.godwit.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void shouldKeepTurnsDueAtFixedDistanceHoweverLateTheyAreTaken() {
        Pace pace = new Pace(1000);

        long first = pace.awaitTurn();
        long second = pace.awaitTurn();
        long third = pace.awaitTurn();

        assertThat(second - first).isEqualTo(1_000_000);
        assertThat(third - second).isEqualTo(1_000_000);
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(third);
    }
}
