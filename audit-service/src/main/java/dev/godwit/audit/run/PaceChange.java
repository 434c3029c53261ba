package dev.godwit.audit.run;

import java.time.Instant;
import java.util.UUID;

/** Somebody asked for another pace of a run; hours are null where it may work at any time. */
public record PaceChange(
        UUID eventId,
        String run,
        String fromPace,
        String fromHours,
        String toPace,
        String toHours,
        String requestedBy,
        String reason,
        String commandId,
        Instant at)
        implements RunMessage {}
