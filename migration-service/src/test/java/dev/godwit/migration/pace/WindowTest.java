package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {

    @ParameterizedTest
    @CsvSource({
        "22:00-06:00 Europe/Berlin, 2026-07-01T19:59:59Z, false",
        "22:00-06:00 Europe/Berlin, 2026-07-01T20:00:00Z, true",
        "22:00-06:00 Europe/Berlin, 2026-07-02T03:59:59Z, true",
        "22:00-06:00 Europe/Berlin, 2026-07-02T04:00:00Z, false",
        "22:00-06:00 Europe/Berlin, 2026-12-01T20:30:00Z, false",
        "09:00-17:30 UTC, 2026-07-01T08:59:00Z, false",
        "09:00-17:30 UTC, 2026-07-01T17:29:00Z, true",
        "09:00-17:30 UTC, 2026-07-01T17:30:00Z, false",
        "02:15-02:45 Europe/Berlin, 2026-03-29T01:15:00Z, false",
        "02:15-02:45 Europe/Berlin, 2026-10-25T00:30:00Z, true",
        "02:15-02:45 Europe/Berlin, 2026-10-25T01:30:00Z, true"
    })
    void shouldBeOpenByTheClockOnTheWall(String window, Instant now, boolean open) {
        assertThat(Window.parse(window).isOpen(now)).isEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({
        "22:00-06:00 Europe/Berlin, 2026-07-01T10:00:00Z, 2026-07-01 22:00 Europe/Berlin",
        "09:00-17:30 UTC, 2026-07-01T18:00:00Z, 2026-07-02 09:00 UTC"
    })
    void shouldSayWhenItOpens(String window, Instant now, String opens) {
        assertThat(Window.parse(window).opens(now)).isEqualTo(opens);
    }

    @Test
    void shouldReadBackWhatItWrites() {
        Window window = Window.parse("22:00-06:00 Europe/Berlin");

        assertThat(Window.parse(window.toString())).isEqualTo(window);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "22:00-06:00",
                "22:00-06:00 Nowhere/City",
                "25:00-06:00 UTC",
                "6:00-7:00 UTC",
                "06:00-06:00 UTC",
                "22:00-06:00 UTC ",
                "22:00-06:00 UTC; DROP TABLE run"
            })
    void shouldRefuseWhatIsNoWindow(String text) {
        assertThatThrownBy(() -> Window.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("window");
    }
}
