package dev.godwit.audit.trail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * By how much one event moves the counts of groups of entities.
 *
 * @param columns those that the definition groups by
 * @param salt hides the values from guessing
 */
public record EventGroups(List<String> columns, List<Change> changes, String salt) {

    /** Stands before the hash of an event's groups, which could be taken for the leaf of another outcome otherwise. */
    private static final byte[] MARK = "groups".getBytes(StandardCharsets.US_ASCII);

    private static final int INPUT_BYTES = 512;

    /**
     * One group.
     *
     * @param values texts or nulls, one per column; null where they are not known
     * @param counts by how much each kind moves, in the order of {@link Outcome#KINDS}
     */
    public record Change(List<String> values, List<Long> counts) {

        public Change {
            values = values == null ? null : Collections.unmodifiableList(new ArrayList<>(values));
            counts = List.copyOf(counts);
        }

        /** The same for equal values and no others, short enough for an index. */
        byte[] digest() {
            MessageDigest digest = HashChain.sha256();
            Bytes input = new Bytes(INPUT_BYTES);
            putValues(input);
            digest.update(input.array(), 0, input.length());
            return digest.digest();
        }

        private void putValues(Bytes input) {
            input.putNet(Integer.toString(values == null ? 0 : values.size()));
            if (values != null) {
                values.forEach(value -> put(input, value));
            }
        }

        private static void put(Bytes input, String value) {
            if (value == null) {
                input.putByte('-');
            } else {
                input.putNet(value);
            }
        }

        private void putCounts(Bytes input) {
            input.putNet(
                    Long.toString(counts.stream().filter(count -> count != 0).count()));
            for (int kind = 0; kind < counts.size(); kind++) {
                if (counts.get(kind) != 0) {
                    input.putNet(Outcome.KINDS.get(kind));
                    input.putNet(Long.toString(counts.get(kind)));
                }
            }
        }
    }

    public EventGroups {
        columns = List.copyOf(columns);
        changes = List.copyOf(changes);
    }

    /** The hash that stands for all of it. */
    public byte[] leaf() {
        Bytes input = new Bytes(INPUT_BYTES);
        input.putNet(salt);
        input.putNet(Integer.toString(columns.size()));
        columns.forEach(input::putNet);
        for (Change change : changes) {
            change.putValues(input);
            change.putCounts(input);
        }
        MessageDigest digest = HashChain.sha256();
        digest.update(input.array(), 0, input.length());
        return digest.digest();
    }

    /** The leaves of an event's outcomes with what stands for its groups behind them; groups may be null. */
    public static byte[] behind(byte[] leaves, EventGroups groups) {
        if (groups == null) {
            return leaves;
        }
        byte[] all = Arrays.copyOf(leaves, leaves.length + MARK.length + HashChain.HASH_BYTES);
        System.arraycopy(MARK, 0, all, leaves.length, MARK.length);
        System.arraycopy(groups.leaf(), 0, all, leaves.length + MARK.length, HashChain.HASH_BYTES);
        return all;
    }

    /** The hash of the groups that stands behind so many leaves; null where none does. */
    public static byte[] leafBehind(byte[] leaves, int outcomes) {
        int from = outcomes * HashChain.HASH_BYTES;
        int to = from + MARK.length;
        boolean marked =
                leaves.length == to + HashChain.HASH_BYTES && Arrays.equals(leaves, from, to, MARK, 0, MARK.length);
        return marked ? Arrays.copyOfRange(leaves, to, leaves.length) : null;
    }
}
