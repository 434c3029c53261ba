package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PulseTest {
    private static final Instant START = Instant.EPOCH;
    private final Pulse pulse = new Pulse(Duration.ofSeconds(60), START);

    @Test
    void shouldBeAliveForAWhileAfterEachBeat() {
        assertThat(pulse.isAlive(START.plusSeconds(60))).isTrue();
        assertThat(pulse.isAlive(START.plusSeconds(61))).isFalse();

        pulse.beat(START.plusSeconds(61));

        assertThat(pulse.isAlive(START.plusSeconds(121))).isTrue();
        assertThat(pulse.isAlive(START.plusSeconds(122))).isFalse();
    }

    @Test
    void shouldNotBeAliveOnceItHasEnded() {
        pulse.end();

        pulse.beat(START.plusSeconds(1));

        assertThat(pulse.isAlive(START.plusSeconds(1))).isFalse();
    }
}
