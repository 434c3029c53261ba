package dev.godwit.audit.trail;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The outcomes of one event, ready for the trail: encoded once when they are read, and never made objects of. {@link OutcomeRows} makes them. */
public final class EncodedOutcomes {

    /** Outcomes of the same kind; negative for those that no longer count because these replace them. */
    public record Tallied(String table, boolean entity, String outcome, String reason, long count) {}

    private final byte[] rows;
    private final int length;
    private final int[] starts;
    private final int count;
    private final byte[] leaves;
    private final List<Tallied> tallies;

    EncodedOutcomes(byte[] rows, int length, int[] starts, int count, byte[] leaves, List<Tallied> tallies) {
        this.rows = rows;
        this.length = length;
        this.starts = starts;
        this.count = count;
        this.leaves = leaves;
        this.tallies = List.copyOf(tallies);
    }

    /** How many outcomes. */
    public int count() {
        return count;
    }

    /** Their leaves, {@link HashChain#HASH_BYTES} bytes each, in order. */
    public byte[] leaves() {
        return leaves.clone();
    }

    /** How many there are of which kind. */
    public List<Tallied> tallies() {
        return tallies;
    }

    /** The rows as {@code COPY … (FORMAT binary)} takes them; event and time are empty until they are placed. */
    public byte[] toBytes() {
        return Arrays.copyOf(rows, length);
    }

    /** The array that the rows begin, for writing. */
    byte[] rows() {
        return rows;
    }

    /** How many bytes of it they take. */
    int length() {
        return length;
    }

    /** Writes into the rows what only their event knows; may be done again. */
    void place(long event, long microseconds) {
        ByteBuffer buffer = ByteBuffer.wrap(rows);
        for (int i = 0; i < count; i++) {
            buffer.putLong(starts[i] + OutcomeRows.EVENT_OFFSET, event);
            buffer.putLong(starts[i] + OutcomeRows.TIME_OFFSET, microseconds);
        }
    }
}
