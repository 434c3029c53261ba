package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlowsTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    @Test
    void shouldBeTheSameForTheSameSeed() {
        assertThat(some(7, NAMES)).isEqualTo(some(7, List.of("e", "d", "c", "b", "a")));
        assertThat(some(7, NAMES)).isNotEqualTo(some(8, NAMES));
    }

    @Test
    void shouldDealEachFaultOnceBeforeAnyComesAgain() {
        List<String> dealt = new ArrayList<>();
        some(3, NAMES).forEach(blow -> dealt.addAll(blow.faults()));

        for (int i = 0; i + NAMES.size() <= dealt.size(); i += NAMES.size()) {
            assertThat(dealt.subList(i, i + NAMES.size())).containsExactlyInAnyOrderElementsOf(NAMES);
        }
        assertThat(some(3, NAMES)).extracting(blow -> blow.faults().size()).contains(1, 2);
    }

    private static List<Blow> some(long seed, List<String> names) {
        Blows blows = new Blows(new SplittableRandom(seed), names);
        List<Blow> some = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            some.add(blows.next());
        }
        return some;
    }
}
