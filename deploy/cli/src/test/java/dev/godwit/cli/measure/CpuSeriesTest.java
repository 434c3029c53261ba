package dev.godwit.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.measure.CpuSeries.Seen;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CpuSeriesTest {

    private static final Offset<Double> ROUNDED = Offset.offset(1e-9);

    private final CpuSeries series = new CpuSeries();

    @Test
    void shouldNotCountWhatWasUsedBeforeTheFirstLook() {
        series.add(1000, List.of(new Seen("1", "a", 50)));
        series.add(2000, List.of(new Seen("1", "a", 50.5)));

        assertThat(series.between("a", 1000, 2000)).isCloseTo(0.5, ROUNDED);
        assertThat(series.between("a", 0, 9000)).isCloseTo(0.5, ROUNDED);
        assertThat(series.between("nobody", 1000, 2000)).isZero();
    }

    @Test
    void shouldCountProcessesThatComeAndGoWithTheirGroup() {
        series.add(1000, List.of(new Seen("1", "a", 50), new Seen("9", "b", 7)));
        series.add(2000, List.of(new Seen("2", "a", 0.25), new Seen("9", "b", 8)));
        series.add(3000, List.of(new Seen("9", "b", 8), new Seen("2 again", "a", 0.125)));

        assertThat(series.between("a", 1000, 3000)).isCloseTo(0.375, ROUNDED);
        assertThat(series.between("b", 1000, 3000)).isCloseTo(1, ROUNDED);
        assertThat(series.groups()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void shouldTakeUseBetweenLooksForEven() {
        series.add(1000, List.of(new Seen("1", "a", 0)));
        series.add(2000, List.of(new Seen("1", "a", 1)));
        series.add(3000, List.of(new Seen("1", "a", 5)));

        assertThat(series.between("a", 1500, 2250)).isCloseTo(1.5, ROUNDED);
    }

    @Test
    void shouldReadProcessesWhoseNamesLookLikeFields() {
        ProcessStat stat = ProcessStat.parse("7 (a) R (b) S 1 2 3 4 5 6 7 8 9 10 150 25 14 15 16 17 18 19 4711 21 22");

        assertThat(stat).isEqualTo(new ProcessStat("S", "4711", 1.75));
        assertThat(ProcessStat.of(ProcessHandle.current().pid()).isPresent()).isEqualTo(ProcessStat.isAvailable());
    }
}
