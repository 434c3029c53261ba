package dev.godwit.audit.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.trail.Finding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a run did.
 *
 * @param endedAt null while the run goes on
 * @param counts entities by outcome, counted from the trail
 * @param declaredCounts the same as migration-service counts them; equal once the trail is complete
 * @param groups entities by groups of values, at most the 1,000 largest; null where the definition names no columns to group by
 * @param durations the run's states, oldest first
 * @param pace at most some two hundred moments of the run, oldest first
 * @param paceChanges who asked for another pace, oldest first
 * @param holds from when to when something held the run back, oldest first; at most two hundred
 * @param letGo outcomes of which only counts and hashes are kept; null where all are there
 * @param complete whether every event up to the ends that the run's last event names has arrived; false while the run goes on
 * @param chainsIntact whether every event had the hash it claims when it came in, followed the one before it, and none is missing; whether the rows are still
 *     what they were then is asked of integrity
 * @param findings where that is not so
 */
public record Report(
        String run,
        String migration,
        String operation,
        String mode,
        String state,
        String reason,
        String requestedBy,
        String commandId,
        String definitionHash,
        Instant createdAt,
        Instant endedAt,
        String asOf,
        Map<String, Long> counts,
        @Schema(type = SchemaType.OBJECT) JsonNode declaredCounts,
        List<Reason> reasons,
        RunGroups groups,
        References references,
        List<Conflict> conflicts,
        @Schema(type = SchemaType.OBJECT) JsonNode plan,
        @Schema(type = SchemaType.OBJECT) JsonNode verification,
        List<Phase> durations,
        List<Pace> pace,
        List<PaceChange> paceChanges,
        List<Hold> holds,
        List<StreamReport> streams,
        LetGo letGo,
        boolean complete,
        boolean chainsIntact,
        List<Finding> findings) {

    /** A state that the run was in; {@code seconds} is null for the one that it is in. */
    public record Phase(String state, Instant since, Double seconds, String requestedBy) {}

    /** How fast the run was at a moment, and what held it back; null where nothing did. */
    public record Pace(Instant at, Double ratePerSecond, Long entitiesDone, String throttle) {}

    /** How many outcomes of the run are not listed any more, from before which moment, and when the last of them went. */
    public record LetGo(long outcomes, Instant before, Instant at) {}

    /** Another pace that somebody asked for; hours are null where the run may work at any time. */
    public record PaceChange(Instant at, Terms from, Terms to, String requestedBy, String reason) {}

    /** What was asked of a run's pace. */
    public record Terms(String pace, String onlyBetween) {}

    /** A reason that was in force from one moment to another; {@code until} is null for the one that is. */
    public record Hold(String reason, Instant since, Instant until, Double seconds) {}

    /** Entities with the same outcome for the same reason; null where the outcome says it all. */
    public record Reason(String outcome, String reason, long count) {}

    /** Rows that hold ids of entities: how many were translated, and by table and outcome. */
    public record References(long translated, List<TableCount> tables) {}

    /** Rows of a table with the same outcome. */
    public record TableCount(String table, String outcome, long count) {}

    /** Entities that could not be migrated for the same reason, with a few of their keys. */
    public record Conflict(String reason, long count, List<String> sampleKeys) {}
}
