package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceSightingTest {

    private static final Duration JUST_NOW = Duration.ofSeconds(1);
    private static final SourceSighting BEFORE = new SourceSighting(7, 1, true, 1000, 900, 50);

    @Test
    void shouldSeeNoGapWhileTheSlotLivesOn() {
        assertThat(new SourceSighting(7, 1, true, 1000, 900, 50).gapSince(BEFORE, JUST_NOW))
                .isEmpty();
        assertThat(new SourceSighting(7, 1, true, 5000, 4800, 51).gapSince(BEFORE, JUST_NOW))
                .isEmpty();
    }

    @Test
    void shouldTakeACrashForNoGapThoughItResetsTheCounter() {
        assertThat(new SourceSighting(7, 1, true, 950, 900, 0).gapSince(BEFORE, JUST_NOW))
                .isEmpty();
    }

    @Test
    void shouldKnowASlotThatWasMadeAnewT10() {
        assertThat(new SourceSighting(7, 1, true, 1200, 1150, 3).gapSince(BEFORE, JUST_NOW))
                .hasValue("the replication slot was made anew");
    }

    @Test
    void shouldNotTrustASlotThatMovedOnUnwatchedT10() {
        SourceSighting movedOn = new SourceSighting(7, 1, true, 5000, 4800, 51);

        assertThat(movedOn.gapSince(BEFORE, Duration.ofMinutes(1)))
                .hasValue("nobody watched the replication slot for 60 s, and it may have been made anew");
        assertThat(BEFORE.gapSince(BEFORE, Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void shouldMissASlotThatIsGoneAndOneThatComesT10() {
        SourceSighting none = new SourceSighting(7, 1, false, 0, 0, 0);

        assertThat(none.gapSince(BEFORE, JUST_NOW)).hasValue("the replication slot is gone");
        assertThat(none.gapSince(none, JUST_NOW)).isEmpty();
        assertThat(BEFORE.gapSince(none, JUST_NOW)).hasValue("there was no replication slot for a while");
    }

    @Test
    void shouldKnowAnotherTimelineAndAnotherClusterT26() {
        assertThat(new SourceSighting(7, 2, true, 1000, 900, 50).gapSince(BEFORE, JUST_NOW))
                .hasValue("the server went from timeline 1 to 2");
        assertThat(new SourceSighting(8, 1, true, 1000, 900, 50).gapSince(BEFORE, JUST_NOW))
                .hasValue("the database cluster is another one");
    }
}
