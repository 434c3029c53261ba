package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.Check;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakVerdictTest {

    private static final int SAMPLES = 40;
    private static final long MIB = 1 << 20;

    @Test
    void shouldFindNothingWhereOnlyWhatIsKeptGrows() {
        assertThat(broken(i -> 300, i -> MIB, i -> 20 * MIB, i -> i * MIB)).isEmpty();
    }

    @Test
    void shouldForgiveAFirstQuarterInWhichThingsFill() {
        assertThat(broken(i -> Math.min(300, 100 + 20L * i), i -> MIB, i -> Math.min(20, i) * MIB, i -> i * MIB))
                .isEmpty();
    }

    @Test
    void shouldNameTheProcessThatHoldsEverMore() {
        assertThat(broken(i -> 300 + 5L * i, i -> MIB, i -> 20 * MIB, i -> i * MIB))
                .singleElement()
                .satisfies(check -> assertThat(check.differences())
                        .singleElement()
                        .asString()
                        .contains("audit-service held 373 MiB in the second quarter and 473 in the last"));
    }

    @Test
    void shouldForgiveGarbageWhereItIsCollectedNowAndThen() {
        List<SoakSample> samples = samples(i -> i % 5 == 0 ? 300 : 300 + 5L * i, i -> MIB, i -> 20 * MIB, i -> i * MIB);

        assertThat(broken(samples)).hasSize(1);
        assertThat(broken(samples.stream()
                        .map(SoakVerdictTest::collectedEveryFifth)
                        .toList()))
                .isEmpty();
    }

    @Test
    void shouldNameTheProcessOfWhichEverMoreIsAlive() {
        List<SoakSample> samples = samples(i -> i % 5 == 0 ? 300 + 5L * i : 500, i -> MIB, i -> 20 * MIB, i -> i * MIB);

        assertThat(broken(samples.stream()
                        .map(SoakVerdictTest::collectedEveryFifth)
                        .toList()))
                .singleElement()
                .satisfies(check -> assertThat(check.differences())
                        .singleElement()
                        .asString()
                        .contains("audit-service held 363 MiB in the second quarter and 463 in the last"));
    }

    @Test
    void shouldNameTheTableThatGrowsAndTheSlotThatFallsBehind() {
        List<Check> broken = broken(i -> 300, i -> i == 30 ? 100 * MIB : MIB, i -> (20 + i) * MIB, i -> i * MIB);

        assertThat(broken).flatExtracting(Check::differences).anySatisfy(difference -> assertThat(difference)
                .contains("godwit.chunk grew"));
        assertThat(broken).flatExtracting(Check::differences).anySatisfy(difference -> assertThat(difference)
                .contains("100 MiB behind"));
    }

    @Test
    void shouldNameWhatKeepsEverMoreOfAnEntity() {
        assertThat(broken(i -> 300, i -> MIB, i -> 20 * MIB, i -> (long) i * i * MIB))
                .singleElement()
                .satisfies(check -> assertThat(check.differences())
                        .singleElement()
                        .asString()
                        .contains("godwit.journal took"));
    }

    /** Claims that do not hold of a run with so much memory, slot backlog, chunks and journal at each look. */
    private static List<Check> broken(
            IntToLongFunction memory, IntToLongFunction slot, IntToLongFunction chunk, IntToLongFunction journal) {
        return broken(samples(memory, slot, chunk, journal));
    }

    private static List<Check> broken(List<SoakSample> samples) {
        return new SoakVerdict(samples)
                .checks().stream().filter(check -> !check.holds()).toList();
    }

    private static List<SoakSample> samples(
            IntToLongFunction memory, IntToLongFunction slot, IntToLongFunction chunk, IntToLongFunction journal) {
        return IntStream.range(0, SAMPLES)
                .mapToObj(i -> new SoakSample(
                        i,
                        false,
                        Map.of("audit-service", memory.applyAsLong(i)),
                        slot.applyAsLong(i),
                        10,
                        i * 1000L,
                        Map.of("chunk", chunk.applyAsLong(i), "journal", journal.applyAsLong(i))))
                .toList();
    }

    private static SoakSample collectedEveryFifth(SoakSample of) {
        return new SoakSample(
                of.seconds(),
                of.seconds() % 5 == 0,
                of.memory(),
                of.slotBytes(),
                of.tailLagMillis(),
                of.migrated(),
                of.tables());
    }
}
