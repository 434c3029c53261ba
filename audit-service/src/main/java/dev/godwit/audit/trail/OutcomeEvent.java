package dev.godwit.audit.trail;

import java.time.Instant;
import java.util.UUID;

/**
 * One batch of outcomes as it was published: the {@code sequence}-th event of its stream.
 *
 * @param previousHash hex, empty for the first event of a stream
 * @param hash hex; what the event claims
 * @param hashHolds whether its content has the hash that it claims
 * @param groups null where it has none
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
        boolean hashHolds,
        Long batch,
        String commandId,
        String table,
        Instant at,
        EncodedOutcomes outcomes,
        EventGroups groups) {

    /** What the hash covers: the outcomes' leaves, and what stands for the groups. */
    public byte[] leaves() {
        return EventGroups.behind(outcomes.leaves(), groups);
    }
}
