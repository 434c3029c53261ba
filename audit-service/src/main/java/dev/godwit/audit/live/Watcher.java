package dev.godwit.audit.live;

import dev.godwit.audit.run.Run;
import io.smallrye.mutiny.Multi;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One who watches: knows what he was told, and is told what differs from that. While he does not read, one look is kept for him, always the newest; so he costs
 * the same however slow he is, nobody waits for him, and he misses states that have passed but never the present one.
 */
final class Watcher {

    /** What can be seen of a run: its newest event, and how far its trail has come. */
    private record Seen(long version, Instant grown) {}

    /**
     * All runs as they were at one look.
     *
     * @param number grows by one from look to look
     * @param grown when the trails of the runs grew last
     */
    record Look(long number, List<Run> runs, Map<String, Instant> grown) {}

    /**
     * News for one who watches.
     *
     * @param skipped looks that passed unseen since the news before
     */
    record Told(Run run, long skipped) {}

    private final Map<String, Seen> told = new HashMap<>();
    private long number;

    private Watcher() {}

    /** What is told to one more who watches these looks. */
    static Multi<Told> of(Multi<Look> looks) {
        return Multi.createFrom().deferred(() -> {
            Watcher watcher = new Watcher();
            return looks.onOverflow()
                    .dropPreviousItems()
                    .onItem()
                    .transformToMultiAndConcatenate(look -> Multi.createFrom().iterable(watcher.news(look)));
        });
    }

    private List<Told> news(Look look) {
        long skipped = number == 0 ? 0 : Math.max(0, look.number() - number - 1);
        number = look.number();
        List<Told> news = new ArrayList<>();
        for (Run run : look.runs()) {
            Seen now = new Seen(run.version(), look.grown().getOrDefault(run.run(), Instant.EPOCH));
            if (!now.equals(told.put(run.run(), now))) {
                news.add(new Told(run, skipped));
            }
        }
        told.keySet().retainAll(look.runs().stream().map(Run::run).toList());
        return news;
    }
}
