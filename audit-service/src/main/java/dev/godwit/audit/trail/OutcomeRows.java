package dev.godwit.audit.trail;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes the outcomes of one event as they are read: each field's bytes are set in any order, then the row is ended. Hundreds of thousands of outcomes may
 * pass in a second, so nothing is allocated for a single one. Not safe for use by several threads.
 */
public final class OutcomeRows {

    /** What an outcome consists of. */
    public enum Field {
        TABLE,
        KEY,
        NEW_KEY,
        OUTCOME,
        REASON,
        DETAIL,
        SALT
    }

    /** Columns as {@link TrailStore} names them: event, position, occurred_at, run, table_name, key, new_key, outcome, reason, detail, salt. */
    private static final int COLUMNS = 11;

    /** From the start of a row: the number of columns, then the length of the first. */
    static final int EVENT_OFFSET = Short.BYTES + Integer.BYTES;

    /** After the event: the position, and the length of the time. */
    static final int TIME_OFFSET = EVENT_OFFSET + Long.BYTES + Integer.BYTES + Short.BYTES + Integer.BYTES;

    private static final int FIELD_BYTES = 64;
    private static final int HASH_INPUT_BYTES = 512;
    private static final int ROWS = 64;

    private final byte[] run;
    private final Value table = new Value();
    private final Value key = new Value();
    private final Value newKey = new Value();
    private final Value outcome = new Value();
    private final Value reason = new Value();
    private final Value detail = new Value();
    private final Value salt = new Value();
    private final List<Value> columns = List.of(table, key, newKey, outcome, reason, detail, salt);
    private final List<Value> hashed = List.of(salt, table, key, newKey, outcome, reason);
    private final Map<Field, Value> byField = new EnumMap<>(Field.class);
    private final Bytes rows;
    private final Bytes hashInput = new Bytes(HASH_INPUT_BYTES);
    private final MessageDigest digest = HashChain.sha256();
    private final List<Group> groups = new ArrayList<>();
    private int[] starts = new int[ROWS];
    private byte[] leaves = new byte[ROWS * HashChain.HASH_BYTES];
    private int count;
    private String replacedOutcome;
    private String replacedReason;

    /** @param bytes how many the event has; its rows take about as many */
    public OutcomeRows(byte[] run, int bytes) {
        this.run = run.clone();
        this.rows = new Bytes(bytes);
        byField.put(Field.TABLE, table);
        byField.put(Field.KEY, key);
        byField.put(Field.NEW_KEY, newKey);
        byField.put(Field.OUTCOME, outcome);
        byField.put(Field.REASON, reason);
        byField.put(Field.DETAIL, detail);
        byField.put(Field.SALT, salt);
    }

    /** Outcomes so far. */
    public int count() {
        return count;
    }

    /** A field of the outcome in hand; given twice, the last counts. */
    public void set(Field field, char[] characters, int offset, int length) {
        Value value = byField.get(field);
        value.bytes.clear();
        value.bytes.putText(characters, offset, length);
        value.present = true;
    }

    /** Whether the outcome in hand has this field. */
    public boolean has(Field field) {
        return byField.get(field).present;
    }

    /** The outcome in hand takes the place of a former one; reason may be null. */
    public void replaces(String formerOutcome, String formerReason) {
        replacedOutcome = formerOutcome;
        replacedReason = formerReason;
    }

    /** The outcome in hand is whole. */
    public void endRow() {
        makeRoom();
        addLeaf();
        addRow();
        tally();
        columns.forEach(value -> value.present = false);
        replacedOutcome = null;
        replacedReason = null;
        count++;
    }

    /** All outcomes; this object is of no use afterwards. */
    public EncodedOutcomes finish(String rootTable) {
        List<EncodedOutcomes.Tallied> tallies =
                groups.stream().map(group -> group.tallied(rootTable)).toList();
        return new EncodedOutcomes(
                rows.array(),
                rows.length(),
                starts,
                count,
                Arrays.copyOf(leaves, count * HashChain.HASH_BYTES),
                tallies);
    }

    private void makeRoom() {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            leaves = Arrays.copyOf(leaves, leaves.length * 2);
        }
        starts[count] = rows.length();
    }

    private void addLeaf() {
        hashInput.clear();
        for (Value value : hashed) {
            hashInput.putNet(value.bytes.array(), value.present ? value.bytes.length() : 0);
        }
        try {
            digest.update(hashInput.array(), 0, hashInput.length());
            int written = digest.digest(leaves, count * HashChain.HASH_BYTES, HashChain.HASH_BYTES);
            assert written == HashChain.HASH_BYTES;
        } catch (DigestException e) {
            throw new IllegalStateException("a leaf has room for its hash", e);
        }
    }

    private void addRow() {
        rows.putShort(COLUMNS);
        rows.putInt(Long.BYTES);
        rows.putLong(0);
        rows.putInt(Short.BYTES);
        rows.putShort(count + 1);
        rows.putInt(Long.BYTES);
        rows.putLong(0);
        rows.putInt(run.length);
        rows.put(run, run.length);
        for (Value value : columns) {
            if (value.present) {
                rows.putInt(value.bytes.length());
                rows.put(value.bytes.array(), value.bytes.length());
            } else {
                rows.putInt(-1);
            }
        }
    }

    private void tally() {
        Bytes why = reason.present ? reason.bytes : null;
        Group group = find(why);
        if (group == null) {
            group = new Group(table.bytes.copy(), outcome.bytes.copy(), why == null ? null : why.copy(), 0);
            groups.add(group);
        }
        group.count++;
        if (replacedOutcome != null) {
            groups.add(new Group(
                    group.table,
                    HashChain.utf8(replacedOutcome),
                    replacedReason == null ? null : HashChain.utf8(replacedReason),
                    -1));
        }
    }

    private Group find(Bytes why) {
        for (Group group : groups) {
            if (group.counts(table.bytes, outcome.bytes, why)) {
                return group;
            }
        }
        return null;
    }

    /** A field of the outcome in hand. */
    private static final class Value {
        private final Bytes bytes = new Bytes(FIELD_BYTES);
        private boolean present;
    }

    /** How many outcomes of one kind. */
    private static final class Group {
        private final byte[] table;
        private final byte[] outcome;
        private final byte[] reason;
        private long count;

        Group(byte[] table, byte[] outcome, byte[] reason, long count) {
            this.table = table;
            this.outcome = outcome;
            this.reason = reason;
            this.count = count;
        }

        boolean counts(Bytes otherTable, Bytes otherOutcome, Bytes otherReason) {
            return count > 0
                    && otherOutcome.holds(outcome)
                    && otherTable.holds(table)
                    && (reason == null ? otherReason == null : otherReason != null && otherReason.holds(reason));
        }

        EncodedOutcomes.Tallied tallied(String rootTable) {
            String why = reason == null ? null : text(reason);
            boolean entity = rootTable.equals(text(table)) && !"reference".equals(why) && !"late_reference".equals(why);
            return new EncodedOutcomes.Tallied(text(table), entity, text(outcome), why, count);
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
