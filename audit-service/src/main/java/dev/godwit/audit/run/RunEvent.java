package dev.godwit.audit.run;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * A run as one of its events tells it.
 *
 * @param transition true for a change of state, false for progress
 * @param version grows from event to event of a run; the newest wins
 * @param counts JSON object, as are references, progress, plan and verification where they are not null
 * @param streams JSON array of {@link StreamEnd}, on events that end a run; else null
 */
public record RunEvent(
        UUID eventId,
        boolean transition,
        String run,
        String migration,
        String operation,
        String mode,
        String state,
        String previousState,
        String reason,
        String requestedBy,
        String commandId,
        String definitionHash,
        Instant createdAt,
        Instant at,
        long version,
        String counts,
        String references,
        String progress,
        String throttleReason,
        String plan,
        String verification,
        String streams,
        String asOf)
        implements RunMessage {

    /** States in which a run's streams have ended, until something else is asked of it. */
    public static final Set<String> ENDED = Set.of("planned", "completed", "cancelled", "rolled-back");

    /** When the run ended, as far as this event knows; null while it goes on. */
    public Instant endedAt() {
        return ENDED.contains(state) ? at : null;
    }
}
