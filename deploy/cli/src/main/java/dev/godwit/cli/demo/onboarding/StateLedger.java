package dev.godwit.cli.demo.onboarding;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Every write that the database acknowledged to the traffic: of each row what was written last, entered after the COMMIT. One row is written by one thread. */
final class StateLedger {

    /**
     * What the application wrote last into one row.
     *
     * @param state the last one saved; empty when the application has only touched other columns
     * @param sums what the database said of the row then: of the state's columns when the state was saved, of the others at the last write of any
     * @param everOld whether any saved state was of the old form
     */
    record Entry(Optional<State> state, StateSums sums, boolean everOld, boolean deleted) {

        boolean lastSavedNew() {
            return state.filter(saved -> !saved.isOld()).isPresent();
        }

        /** Whether the application has written what the migration writes, or has deleted the row. */
        boolean changed() {
            return deleted || state.isPresent();
        }
    }

    private final Map<UUID, Entry> entries = new ConcurrentHashMap<>();
    private volatile Map<UUID, Entry> beforeTheWayBack = Map.of();
    private final LongAdder writes = new LongAdder();

    void saved(UUID id, State state, StateSums sums) {
        boolean everOld =
                state.isOld() || (entries.containsKey(id) && entries.get(id).everOld());
        entries.put(id, new Entry(Optional.of(state), sums, everOld, false));
        writes.increment();
    }

    void noted(UUID id, String rest) {
        entries.merge(
                id,
                new Entry(Optional.empty(), new StateSums("", rest), false, false),
                (last, noted) ->
                        new Entry(last.state(), new StateSums(last.sums().state(), rest), last.everOld(), false));
        writes.increment();
    }

    void deleted(UUID id) {
        Entry last = entries.get(id);
        boolean everOld = last != null && last.everOld();
        entries.put(id, new Entry(Optional.empty(), StateSums.NONE, everOld, true));
        writes.increment();
    }

    Optional<Entry> of(UUID id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** Keeps what has been written so far apart from what is written on the way back; nobody writes at this moment. */
    void turn() {
        beforeTheWayBack = Map.copyOf(entries);
    }

    /** What was written last before the way back. */
    Optional<Entry> beforeTheWayBack(UUID id) {
        return Optional.ofNullable(beforeTheWayBack.get(id));
    }

    Map<UUID, Entry> entries() {
        return entries;
    }

    long writes() {
        return writes.sum();
    }
}
