package dev.godwit.migration.operation.rekey;

import dev.godwit.migration.operation.Outcome;
import java.util.List;

/**
 * What a batch does, decided before it writes.
 *
 * @param steps moves in the order in which they can be made; within a step no target is occupied
 * @param moves entities that get a new key, from their key before the batch
 * @param merges entities that are merged into a survivor
 * @param outcomes one per selected entity that the decision is final for, and per neighbour that moves with them
 * @param deferred keys that must wait for a row beyond this batch to move first
 */
public record Decision(
        List<List<Move>> steps, List<Move> moves, List<Merge> merges, List<Outcome> outcomes, List<String> deferred) {

    /** A row with key {@code from} gets key {@code to}. */
    public record Move(String from, String to) {}

    /**
     * A duplicate that goes into the survivor, before anything moves: what it stands on is free afterwards.
     *
     * @param key its key
     * @param survivor the survivor's key before the moves
     * @param target the key that the survivor has, or gets
     */
    public record Merge(String key, String survivor, String target) {}
}
