package dev.godwit.audit.trail;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * One batch of outcomes as it was published: the {@code sequence}-th event of its stream.
 *
 * @param previousHash hex, empty for the first event of a stream
 * @param hash hex; what the event claims, see {@link #hashHolds}
 * @param leaves the leaf of each outcome, in order
 */
public record OutcomeEvent(
        UUID id,
        String run,
        String migration,
        String mode,
        String lane,
        String stream,
        long sequence,
        String previousHash,
        String hash,
        Long batch,
        String commandId,
        String table,
        Instant at,
        List<Outcome> outcomes,
        List<byte[]> leaves) {

    /** Copies the lists. */
    public OutcomeEvent {
        outcomes = List.copyOf(outcomes);
        leaves = List.copyOf(leaves);
    }

    /** Whether the claimed hash is the one that the content has. */
    public boolean hashHolds() {
        return HexFormat.of()
                .formatHex(HashChain.eventHash(previousHash, run, stream, sequence, id, leaves))
                .equals(hash);
    }

    /** Whether this outcome is about an entity of the root table, and not about a row that refers to one. */
    public boolean isEntity(Outcome outcome) {
        return table.equals(outcome.table())
                && !"reference".equals(outcome.reason())
                && !"late_reference".equals(outcome.reason());
    }
}
