package dev.godwit.audit.run;

import java.time.Instant;
import java.util.UUID;

/**
 * A command that was not carried out.
 *
 * @param code stable, snake case
 * @param message for people: what was wrong and what to do
 */
public record Rejection(
        UUID eventId,
        String commandId,
        String type,
        String migration,
        String run,
        String code,
        String message,
        String requestedBy,
        Instant at)
        implements RunMessage {}
