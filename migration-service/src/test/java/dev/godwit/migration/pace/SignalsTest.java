package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalsTest {

    private static Signals signals(String soft, String hard) {
        return new Signals(Engine.pace(Map.of("godwit.pace.vacuum.soft", soft, "godwit.pace.vacuum.hard", hard)));
    }

    @Test
    void shouldStopForAVacuumThatPreventsWraparoundWhateverTheLimits() {
        Signal vacuum = signals("3", "5").find(BuiltInSignal.VACUUM).orElseThrow();

        assertThat(Reading.of(vacuum, 2).standing()).isEqualTo(Reading.Standing.HARD);
        assertThat(Reading.of(vacuum, 1).standing()).isEqualTo(Reading.Standing.GOOD);
    }

    @Test
    void shouldTakeLowerLimitsOfVacuumsAsTheyAre() {
        assertThat(signals("0.5", "1").find(BuiltInSignal.VACUUM))
                .hasValueSatisfying(
                        vacuum -> assertThat(Reading.of(vacuum, 1).standing()).isEqualTo(Reading.Standing.HARD));
    }
}
