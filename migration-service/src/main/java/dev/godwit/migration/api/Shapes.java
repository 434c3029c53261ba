package dev.godwit.migration.api;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Shapes of bodies as OpenAPI shows them. Bodies are read strictly and written as the run events are, so nothing is bound to these. */
final class Shapes {

    private Shapes() {}

    @Schema(name = "StartRun", description = "Names a migration on disk; never carries SQL")
    record StartRun(
            @Schema(required = true) String migration,

            @Schema(
                    enumeration = {"plan", "commit"},
                    defaultValue = "plan")
            String mode,

            @Schema(description = "At most so many entities", minimum = "1", nullable = true)
            Long limit,

            @Schema(description = "Just these keys", maxItems = 1000, nullable = true)
            List<String> only,

            @Schema(description = "Run id of the plan that the commit trusts", nullable = true)
            String plan,

            @Schema(description = "Stay in following until asked to complete")
            boolean follow,

            @Schema(description = "Cap in entities per second", minimum = "1", nullable = true)
            Integer maxRate,

            @Schema(
                    description = "Absent: as the service is configured, and full for a plan",
                    enumeration = {"gentle", "normal", "full"},
                    nullable = true)
            String pace,

            @Schema(description = "Hours and time zone", example = "22:00-06:00 Europe/Berlin", nullable = true)
            String onlyBetween,

            @Schema(description = "Refuse unless the server archives its WAL")
            boolean requireArchiving,

            String requestedBy,
            String reason,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "ChangeRun")
    record ChangeRun(
            String requestedBy,
            String reason,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "RollBackRun")
    record RollBackRun(
            @Schema(description = "false: a preview that changes nothing", defaultValue = "false")
            boolean commit,

            String requestedBy,
            String reason,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "MigrateEntities")
    record MigrateEntities(
            @Schema(required = true) String migration,

            @Schema(required = true, minItems = 1, maxItems = 1000)
            List<String> keys,

            String requestedBy,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "Run", description = "The data of the run's events")
    record Run(
            String run,
            String migration,
            String operation,
            @Schema(enumeration = {"plan", "commit"}) String mode,

            @Schema(
                    enumeration = {
                        "planning",
                        "planned",
                        "backfilling",
                        "following",
                        "verifying",
                        "paused",
                        "failed",
                        "cancelling",
                        "cancelled",
                        "completed",
                        "rolling-back",
                        "rolled-back"
                    })
            String state,

            @Schema(nullable = true) String previousState,
            @Schema(nullable = true) String reason,
            String requestedBy,
            String commandId,
            String definitionHash,
            @Schema(format = "date-time") String createdAt,
            @Schema(format = "date-time") String at,

            @Schema(description = "Grows with each event of the run; the newest wins")
            long version,

            @Schema(description = "Entities by outcome") Map<String, Long> counts,
            Map<String, Long> references,
            Progress progress,
            Map<String, Object> throttle,
            @Schema(nullable = true) Object plan,
            @Schema(nullable = true) Object verification,

            @Schema(description = "Whether the run was asked to verify and has not answered yet")
            boolean verifyAsked,

            @Schema(description = "LSN as of which the run is complete", nullable = true)
            String asOf,

            boolean partial) {}

    @Schema(name = "Progress")
    record Progress(
            String phase,
            long chunksTotal,
            long chunksDone,
            long entitiesEstimated,
            long entitiesDone,
            double ratePerSecond,
            @Schema(nullable = true) Double etaSeconds,
            @Schema(nullable = true) Double tailLagMillis) {}

    @Schema(name = "RollbackPreview")
    record RollbackPreview(
            String run,
            List<TablePreview> preview,

            @Schema(description = "Entities by group, where the definition has summary", nullable = true)
            Object groups) {}

    @Schema(name = "TablePreview", description = "Rows that a rollback would restore, delete and leave")
    record TablePreview(String table, long restored, long deleted, long left) {}

    @Schema(name = "Explanation")
    record Explanation(String migration, List<Statement> statements) {}

    @Schema(name = "Statement")
    record Statement(String name, String purpose, String sql) {}

    @Schema(name = "Stamp")
    record Stamp(
            @Schema(description = "Take the record back", defaultValue = "false")
            boolean remove,

            String requestedBy,
            String reason,
            String commandId) {}

    @Schema(name = "Stamped")
    record Stamped(
            String migration,
            @Schema(enumeration = {"applied", "unapplied"}) String state) {}

    @Schema(
            name = "StartSeries",
            description = "Names migrations on disk; what they depend on and is not applied comes along")
    record StartSeries(
            @Schema(required = true, minItems = 1, maxItems = 1000)
            List<String> migrations,

            @Schema(
                    enumeration = {"plan", "commit"},
                    defaultValue = "plan")
            String mode,

            @Schema(
                    defaultValue = "false",
                    description = "Whether the named migrations follow the application until told to complete")
            boolean follow,

            @Schema(
                    description = "Of its runs; absent: as the service is configured, and full for plans",
                    enumeration = {"gentle", "normal", "full"},
                    nullable = true)
            String pace,

            String requestedBy,
            String reason,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "Series", description = "Runs of several migrations that one command asked for")
    record Series(
            String series,
            @Schema(enumeration = {"plan", "commit"}) String mode,

            @Schema(description = "Whether the named migrations follow the application until told to complete")
            boolean follow,

            @Schema(description = "Of its runs", nullable = true)
            String pace,

            @Schema(enumeration = {"running", "completed", "failed", "cancelled"})
            String state,

            @Schema(description = "Those that the command named")
            List<String> migrations,

            String requestedBy,
            @Schema(nullable = true) String reason,
            String commandId,
            @Schema(format = "date-time") String createdAt,
            @Schema(format = "date-time", nullable = true) String endedAt,

            @Schema(description = "Entities by outcome, over all members")
            Map<String, Long> counts,

            @Schema(description = "In the order in which they run")
            List<SeriesMember> members) {}

    @Schema(name = "SeriesMember")
    record SeriesMember(
            String migration,

            @Schema(description = "Other members that come before it")
            List<String> needs,

            @Schema(
                    enumeration = {
                        "waiting",
                        "running",
                        "done",
                        "unforeseen",
                        "refused",
                        "failed",
                        "cancelled",
                        "blocked"
                    })
            String state,

            @Schema(nullable = true) String run,
            @Schema(nullable = true) String runState,

            @Schema(description = "Why its run was refused", nullable = true)
            String code,

            @Schema(nullable = true) String message,
            Map<String, Long> counts) {}

    @Schema(name = "Accepted")
    record Accepted(
            String run,

            @Schema(description = "Number of entities taken on")
            int accepted) {}

    @Schema(name = "Identity", description = "Where an entity went")
    record Identity(String table, String key, String newKey, String run) {}

    @Schema(name = "Examination")
    record Examination(List<Check> checks) {}

    @Schema(name = "Check", description = "One thing that was looked at")
    record Check(
            String name,

            @Schema(enumeration = {"ok", "warn", "fail", "unknown"})
            String status,

            String detail,

            @Schema(description = "The way out; empty when all is well")
            String remedy) {}

    @Schema(name = "Capture", description = "State of change capture")
    record Capture(
            String slot,
            String confirmedLsn,
            String currentLsn,
            long lagBytes,
            boolean active,
            @Schema(enumeration = {"hidden", "echo"}) String originMode) {}

    @Schema(name = "Health", description = "The newest measures")
    record Health(
            @Schema(
                    description = "The worst of all",
                    enumeration = {"ok", "empty", "warn", "unknown", "critical"})
            String state,

            double everySeconds,
            List<MigrationHealth> migrations) {}

    @Schema(name = "MigrationHealth", description = "The data of the health event, and whether it still holds")
    record MigrationHealth(
            String migration,
            String definitionHash,
            @Schema(nullable = true) String at,
            String state,

            @Schema(
                    description = "Why nothing is known",
                    nullable = true,
                    enumeration = {"not_measured", "stale", "definition_changed"})
            String reason,

            List<Measure> measures) {}

    @Schema(name = "Measure")
    record Measure(
            String name,
            boolean builtIn,
            String unit,
            @Schema(nullable = true) Double value,
            String state,
            @Schema(enumeration = {"higher", "lower"}) String worse,
            double warn,
            @Schema(nullable = true) Double critical,

            @Schema(
                    description =
                            "Why it is not known: timeout, refused, no_value, not_one_value, not_a_number, stale, …",
                    nullable = true)
            String reason,

            @Schema(nullable = true) String detail,

            @Schema(description = "Rows that it rests on", nullable = true)
            Long read,

            @Schema(description = "Rows that there are, where not all were read", nullable = true)
            Long of,

            long millis) {}

    @Schema(name = "RehearseMigration")
    record Rehearse(
            @Schema(
                    description = "So many entities that need work, at random",
                    minimum = "1",
                    maximum = "1000",
                    defaultValue = "100")
            Integer sample) {}

    @Schema(name = "RehearsalPlace")
    record RehearsalPlace(boolean copy) {}

    @Schema(name = "ResendEvents")
    record Resend(
            @Schema(
                    enumeration = {"outcomes", "life"},
                    defaultValue = "outcomes",
                    description = "What became of entities, or the life of the run itself")
            String events,

            @Schema(description = "Which of the outcomes; all when there are none")
            List<ResendRange> ranges,

            @Schema(description = "The 'next' of the answer before", nullable = true)
            String after) {}

    @Schema(name = "ResendRange")
    record ResendRange(String stream, long from, long to) {}

    @Schema(name = "ResentEvents")
    record Resent(
            String run,
            List<ResentEvent> sent,

            @Schema(description = "Where to go on; null when the outbox has no more of the run", nullable = true)
            String next) {}

    @Schema(name = "ResentEvent")
    record ResentEvent(String stream, long sequence) {}

    @Schema(name = "RunVersion")
    record RunVersion(
            String run,
            long version,
            @Schema(format = "date-time") String at) {}
}
