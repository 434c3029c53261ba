package dev.godwit.audit.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClockStepTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ClockStep step = new ClockStep(0, 0);

    @Test
    void shouldNoticeAClockThatIsSetBack() {
        assertThat(look(1, Duration.ZERO)).isFalse();
        assertThat(look(2, HOUR.negated())).isTrue();
    }

    @Test
    void shouldNoticeAClockThatWasWrongAndIsSetRight() {
        assertThat(look(1, HOUR)).as("set ahead").isFalse();
        assertThat(look(2, Duration.ZERO)).as("set right").isTrue();
    }

    @Test
    void shouldBearAClockThatIsCorrectedABit() {
        assertThat(look(1, ClockStep.TOLERANCE.negated())).isFalse();
        assertThat(look(2, ClockStep.TOLERANCE.multipliedBy(2).negated())).isFalse();
        assertThat(look(3, ClockStep.TOLERANCE.multipliedBy(4).negated())).isTrue();
    }

    @Test
    void shouldBearALongSleep() {
        assertThat(look(7200, Duration.ZERO)).isFalse();
    }

    /** At that second, by a clock that is so far ahead. */
    private boolean look(long second, Duration ahead) {
        Duration passed = Duration.ofSeconds(second);
        return step.isBack(passed.plus(ahead).toMillis(), passed.toNanos());
    }
}
