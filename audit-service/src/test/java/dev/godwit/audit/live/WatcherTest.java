package dev.godwit.audit.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.audit.run.Run;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatcherTest {

    private static final int LOOKS = 50;

    @Test
    void shouldTellWhoReadsEverything() {
        BroadcastProcessor<Watcher.Look> looks = BroadcastProcessor.create();
        AssertSubscriber<Watcher.Told> quick =
                Watcher.of(looks).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));

        for (int version = 1; version <= LOOKS; version++) {
            looks.onNext(look(version));
        }

        assertThat(quick.getItems())
                .extracting(told -> told.run().version())
                .hasSize(LOOKS)
                .endsWith((long) LOOKS);
        assertThat(quick.getItems()).allMatch(told -> told.skipped() == 0);
    }

    @Test
    void shouldTellWhoIsSlowThePresentAndHowMuchHeMissed() {
        BroadcastProcessor<Watcher.Look> looks = BroadcastProcessor.create();
        AssertSubscriber<Watcher.Told> slow = Watcher.of(looks).subscribe().withSubscriber(AssertSubscriber.create(1));

        for (int version = 1; version <= LOOKS; version++) {
            looks.onNext(look(version));
        }
        slow.request(Long.MAX_VALUE);

        List<Watcher.Told> told = slow.getItems();
        assertThat(told).hasSizeLessThan(5);
        assertThat(told.get(told.size() - 1).run().version()).isEqualTo(LOOKS);
        assertThat(told.stream().mapToLong(Watcher.Told::skipped).sum()).isEqualTo(LOOKS - told.size());
        slow.assertNotTerminated();
    }

    private static Watcher.Look look(long version) {
        return new Watcher.Look(version, List.of(run(version)), Map.of("r1", Instant.EPOCH.plusSeconds(version)));
    }

    private static Run run(long version) {
        return new Run(
                "r1",
                "documents",
                "rekey",
                "commit",
                "backfilling",
                null,
                null,
                null,
                null,
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                version,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
