package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptTroubleTest {

    private static Set<Duration> pauses(int attempts) {
        return IntStream.range(0, 200)
                .mapToObj(i -> ScriptTrouble.pause(attempts))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 400", "3, 1600", "6, 10000", "1000000, 10000"})
    void shouldPauseTwiceAsLongEachTimeUpToALimit(int attempts, long millis) {
        assertThat(pauses(attempts))
                .allSatisfy(pause -> assertThat(pause.toMillis()).isBetween(millis / 2, millis + millis / 2));
    }

    @Test
    void shouldNotMeetAgainWhomItHasMet() {
        assertThat(pauses(2)).hasSizeGreaterThan(50);
    }
}
