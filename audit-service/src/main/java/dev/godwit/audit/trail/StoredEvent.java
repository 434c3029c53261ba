package dev.godwit.audit.trail;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** An event as it is stored now, held against its own rows, one after the other in the order of their positions. */
final class StoredEvent {

    final long id;
    final String stream;
    final long sequence;
    final byte[] hash;
    final OffsetDateTime at;
    final int outcomes;
    final boolean letGo;

    private final String run;
    private final byte[] previousHash;
    private final UUID eventId;
    private final byte[] leaves;
    private int expected = 1;

    private StoredEvent(ResultSet row) throws SQLException {
        id = row.getLong("id");
        run = row.getString("run");
        stream = row.getString("stream");
        sequence = row.getLong("sequence");
        previousHash = row.getBytes("previous_hash");
        hash = row.getBytes("hash");
        eventId = row.getObject("event_id", UUID.class);
        at = row.getObject("occurred_at", OffsetDateTime.class);
        outcomes = row.getInt("outcomes");
        leaves = row.getBytes("leaves");
        letGo = row.getBoolean("let_go");
    }

    static StoredEvent of(ResultSet row) throws SQLException {
        return new StoredEvent(row);
    }

    /** What is wrong with the event itself, given the one before it in its stream; null when nothing is. */
    String fault(long sequenceBefore, byte[] hashBefore) {
        byte[] computed =
                HashChain.eventHash(HexFormat.of().formatHex(previousHash), run, stream, sequence, eventId, leaves);
        if (!Arrays.equals(computed, hash) || !isWhole()) {
            return "broken-hash";
        }
        if (sequence != sequenceBefore + 1) {
            return "missing";
        }
        return Arrays.equals(previousHash, hashBefore) ? null : "broken-link";
    }

    private boolean isWhole() {
        return leaves.length == outcomes * HashChain.HASH_BYTES || EventGroups.leafBehind(leaves, outcomes) != null;
    }

    /** Adds what is wrong with the next row. */
    void hold(StoredRow row, List<Finding> findings) {
        int position = row.position();
        if (letGo || position > outcomes || position < expected) {
            findings.add(finding(position, "added-row"));
            return;
        }
        if (position > expected) {
            findings.add(finding(expected, "removed-row"));
        }
        expected = position + 1;
        String fault = fault(row);
        if (fault != null) {
            findings.add(finding(position, fault));
        }
    }

    /** No further row of this event. */
    void end(List<Finding> findings) {
        if (!letGo && expected <= outcomes) {
            findings.add(finding(expected, "removed-row"));
        }
    }

    private String fault(StoredRow row) {
        if (!row.run().equals(run) || !row.at().isEqual(at)) {
            return "altered-row";
        }
        if (row.outcome().salt() == null) {
            return row.redacted() ? null : "altered-row";
        }
        byte[] leaf = HashChain.leaf(row.outcome());
        if (isLeaf(leaf, row.position())) {
            return null;
        }
        for (int other = 1; other <= outcomes; other++) {
            if (isLeaf(leaf, other)) {
                return "moved-row";
            }
        }
        return "altered-row";
    }

    private boolean isLeaf(byte[] leaf, int position) {
        int from = (position - 1) * HashChain.HASH_BYTES;
        int to = from + HashChain.HASH_BYTES;
        return position <= outcomes
                && to <= leaves.length
                && Arrays.equals(leaves, from, to, leaf, 0, HashChain.HASH_BYTES);
    }

    private Finding finding(int position, String kind) {
        return new Finding(stream, sequence, position, kind);
    }
}
