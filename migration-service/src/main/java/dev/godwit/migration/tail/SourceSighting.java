package dev.godwit.migration.tail;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.util.Optional;

/**
 * What the change events come from, at one moment.
 *
 * @param system identifier of the database cluster
 * @param timeline grows with every promotion
 * @param slot whether the slot is there, has found its starting point and still has its WAL
 * @param confirmedLsn up to where the slot's reader has taken everything
 * @param restartLsn where the slot would read from; of a slot that was just made, not before its making
 * @param transactions how many transactions the slot has decoded since it was made, or since statistics were lost
 */
record SourceSighting(long system, int timeline, boolean slot, long confirmedLsn, long restartLsn, long transactions) {

    /** In so little time no slot counts as many transactions as the one that it took the place of. */
    private static final Duration WATCHED = Duration.ofSeconds(30);

    /** Reads a sighting; LSNs are bytes since the beginning of the WAL. */
    static SourceSighting fromRow(Row row) {
        return new SourceSighting(
                row.getLong("system_identifier"),
                row.getInteger("timeline"),
                row.getBoolean("slot"),
                row.getLong("confirmed"),
                row.getLong("restart"),
                row.getLong("transactions"));
    }

    /**
     * Why not everything written since an earlier sighting can be relied on to arrive; empty when it can.
     *
     * <p>PostgreSQL numbers no slots, so that one made anew is known by what a slot that lives on never does: it starts to count transactions again, and reads from a
     * place that the old one had passed. Both are asked for, because a crash of the server sets the counter back too. When nobody looked for long, it may have counted on since: the
     * place alone decides, and a slot that lived on is taken for a gap, which costs a scan and loses nothing.
     *
     * @param ago how long ago the earlier one was
     */
    Optional<String> gapSince(SourceSighting before, Duration ago) {
        if (system != before.system) {
            return Optional.of("the database cluster is another one");
        }
        if (timeline != before.timeline) {
            return Optional.of("the server went from timeline " + before.timeline + " to " + timeline);
        }
        if (before.slot && !slot) {
            return Optional.of("the replication slot is gone");
        }
        if (!before.slot && slot) {
            return Optional.of("there was no replication slot for a while");
        }
        boolean startsLater = restartLsn > before.confirmedLsn;
        if (slot && startsLater && transactions < before.transactions) {
            return Optional.of("the replication slot was made anew");
        }
        return slot && startsLater && ago.compareTo(WATCHED) > 0
                ? Optional.of("nobody watched the replication slot for " + ago.toSeconds()
                        + " s, and it may have been made anew")
                : Optional.empty();
    }
}
