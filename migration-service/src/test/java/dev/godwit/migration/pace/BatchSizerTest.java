package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchSizerTest {

    private static final Duration TARGET = Duration.ofMillis(60);

    @Test
    void shouldBeginSmallButNotAboveTheLimit() {
        assertThat(new BatchSizer(TARGET, 1000).next()).isEqualTo(100);
        assertThat(new BatchSizer(TARGET, 10).next()).isEqualTo(10);
    }

    @Test
    void shouldAtMostDoubleAndNeverExceedTheLimit() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);

        sizer.took(100, Duration.ofNanos(100));
        assertThat(sizer.next()).isEqualTo(200);
        for (int i = 0; i < 10; i++) {
            sizer.took(sizer.next(), Duration.ofNanos(100));
        }
        assertThat(sizer.next()).isEqualTo(1000);
    }

    @Test
    void shouldSettleWhereABatchTakesTheTargetTime() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);

        for (int i = 0; i < 30; i++) {
            sizer.took(sizer.next(), Duration.ofMillis(sizer.next() / 5));
        }

        assertThat(sizer.next()).isBetween(290, 310);
    }

    @Test
    void shouldHalveOnATimeoutDownToOne() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);

        sizer.timedOut();
        assertThat(sizer.next()).isEqualTo(50);
        for (int i = 0; i < 20; i++) {
            sizer.timedOut();
        }
        assertThat(sizer.next()).isEqualTo(1);
        sizer.took(1, Duration.ofSeconds(9));
        assertThat(sizer.next()).isEqualTo(1);
    }

    @Test
    void shouldLearnNothingFromABatchWithoutEntities() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);

        sizer.took(0, Duration.ofHours(1));

        assertThat(sizer.next()).isEqualTo(100);
    }

    @Test
    void shouldShrinkAtOnceWhenBatchesAreToBeShorter() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);
        for (int i = 0; i < 30; i++) {
            sizer.took(sizer.next(), Duration.ofMillis(sizer.next() / 5));
        }

        sizer.aimAt(Duration.ofMillis(20));

        assertThat(sizer.next()).isBetween(95, 105);
        assertThat(sizer.expected(100)).isBetween(Duration.ofMillis(19), Duration.ofMillis(21));
    }

    @Test
    void shouldExpectTheTargetWhileNothingIsKnown() {
        assertThat(new BatchSizer(TARGET, 1000).expected(7)).isEqualTo(TARGET);
    }

    @Test
    void shouldNotShrinkBecauseOfTimeThatABatchTakesWithoutEntities() {
        BatchSizer sizer = new BatchSizer(TARGET, 1000);

        for (int i = 0; i < 60; i++) {
            sizer.took(sizer.next(), Duration.ofNanos(70_000_000L + sizer.next() * 100_000L));
        }

        assertThat(sizer.next()).as("half of the target for the entities").isBetween(280, 320);
    }
}
