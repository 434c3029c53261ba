package dev.godwit.audit.run;

import java.time.Instant;
import java.util.UUID;

/**
 * A migration that was recorded as applied elsewhere, or such a record that was taken back.
 *
 * @param state how the migration stood then: applied or unapplied
 * @param definitionHash of the definition that was on disk then
 */
public record Stamp(
        UUID eventId,
        String migration,
        String state,
        String definitionHash,
        String requestedBy,
        String reason,
        String commandId,
        Instant at)
        implements RunMessage {}
