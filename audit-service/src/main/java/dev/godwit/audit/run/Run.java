package dev.godwit.audit.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A run as its newest event tells it.
 *
 * @param run the run's id
 * @param at time of the newest event
 * @param endedAt when it ended; null while it goes on
 * @param version grows with every event
 * @param counts outcomes by kind as migration-service counts them
 * @param plan the plan report; null in lists and where there is none
 * @param verification checks with expected and actual values; null in lists and where there is none
 * @param asOf the LSN as of which the run is complete
 * @param streams where each stream of the trail ends; null in lists and while the run goes on
 */
public record Run(
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
        Instant endedAt,
        long version,
        @Schema(type = SchemaType.OBJECT) JsonNode counts,
        @Schema(type = SchemaType.OBJECT) JsonNode references,
        @Schema(type = SchemaType.OBJECT) JsonNode progress,
        Throttle throttle,
        @Schema(type = SchemaType.OBJECT) JsonNode plan,
        @Schema(type = SchemaType.OBJECT) JsonNode verification,
        String asOf,
        List<StreamEnd> streams) {

    /** Why the run is slower than it could be; null where nothing holds it back. */
    public record Throttle(String reason) {}

    /** Whether its streams have ended. */
    @JsonIgnore
    public boolean isEnded() {
        return RunEvent.ENDED.contains(state);
    }

    /** Without the documents that may be long. */
    public Run summary() {
        return new Run(
                run,
                migration,
                operation,
                mode,
                state,
                previousState,
                reason,
                requestedBy,
                commandId,
                definitionHash,
                createdAt,
                at,
                endedAt,
                version,
                counts,
                references,
                progress,
                throttle,
                null,
                null,
                asOf,
                null);
    }
}
