package dev.godwit.audit.health;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A round of measures of one migration, as it arrived. */
public record HealthEvent(
        UUID eventId,
        String migration,
        String definitionHash,
        String instance,
        long turn,
        Instant at,
        double everySeconds,
        String state,
        List<Measure> measures) {

    public HealthEvent {
        measures = List.copyOf(measures);
    }
}
