package dev.godwit.migration.run;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * What the edges (REST and Kafka) may ask of runs.
 *
 * <p>Failure semantics: every method fails with {@link Refusal} for what the caller can mend, and then nothing was written; with another exception when the
 * database cannot be reached or the code is wrong. Idempotency: a command id that was handled before answers what it did then.
 */
public interface RunService {

    /** Starts a plan or a commit run; answers the run as REST and the run events show it. */
    Uni<JsonObject> start(StartCommand command);

    /** Asks a state change of a run. */
    Uni<JsonObject> command(
            RunCommand command,
            String runId,
            String commandId,
            String requestedBy,
            Optional<String> reason,
            Optional<String> traceparent);

    /** What a rollback would restore, delete and leave, per table: {@code {"run", "preview": [{"table","restored","deleted","left"}]}}. */
    Uni<JsonObject> previewRollback(String runId);

    /** The request lane: migrates these entities now within the active run of the migration; {@code {"run","accepted":n}}. */
    Uni<JsonObject> migrate(
            String commandId, String migration, List<String> keys, String requestedBy, Optional<String> traceparent);

    /** One run as the run events show it. */
    Uni<JsonObject> run(String runId);

    /** A page of runs, newest first. */
    Uni<JsonArray> runs(RunPage page);

    /** The plan report of a run; fails with {@link Refusal} {@code no_plan} when it has none. */
    Uni<JsonObject> plan(String runId);

    /** Where the entity with this old key of this table went, over all runs kept: {@code {"table","key","newKey","run"}}. */
    Uni<Optional<JsonObject>> identity(String table, String oldKey);

    /** Every statement that the migration would execute: {@code {"migration","statements":[{"name","purpose","sql"}]}}. */
    Uni<JsonObject> explain(String migration);

    /** Slot and origin mode: {@code {"slot","confirmedLsn","currentLsn","lagBytes","active","originMode"}}. */
    Uni<JsonObject> capture();

    /** State of a migration in the graph's words, by its last run that was not a plan: unapplied, running, applied, rolled-back. */
    Uni<JsonObject> migrationStates();
}
