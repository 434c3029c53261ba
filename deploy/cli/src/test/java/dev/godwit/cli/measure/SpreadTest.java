package dev.godwit.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void shouldTakeTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(1, 4, 9));
    }

    @Test
    void shouldTakeTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0, 5.0))).isEqualTo(new Spread(1, 4.5, 9));
    }

    @Test
    void shouldFormatMedianFirst() {
        assertThat(new Spread(0.5, 1, 1234.5).format(1)).isEqualTo("1.0 (0.5 – 1,234.5)");
    }
}
