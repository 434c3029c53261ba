package dev.godwit.migration.testing;

import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunCommand;
import dev.godwit.migration.run.RunPage;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.run.StartCommand;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what was asked and answers as told; a run called {@code unknown} does not exist. */
@Alternative
@ApplicationScoped
public class StubRuns implements RunService {

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** Makes the next calls fail, one each. */
    public void failNext(Throwable... next) {
        failures.addAll(List.of(next));
    }

    /** Calls so far, those that failed included. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public Uni<JsonObject> start(StartCommand command) {
        return answer(
                "start " + command.commandId() + " " + command.migration() + " " + command.commit(),
                runOf("r1").put("commandId", command.commandId()));
    }

    @Override
    public Uni<JsonObject> command(
            RunCommand command,
            String runId,
            String commandId,
            String requestedBy,
            Optional<String> reason,
            Optional<String> traceparent) {
        if (runId.equals("unknown")) {
            failNext(new Refusal(Refusal.Kind.NOT_FOUND, "unknown_run", "no run has this id"));
        }
        String call = command.wireName() + " " + runId + " " + commandId + " " + requestedBy + " " + reason.orElse("-");
        return answer(call, runOf(runId));
    }

    @Override
    public Uni<JsonObject> previewRollback(String runId) {
        return answer("preview " + runId, new JsonObject().put("run", runId).put("preview", new JsonArray()));
    }

    @Override
    public Uni<JsonObject> migrate(
            String commandId, String migration, List<String> keys, String requestedBy, Optional<String> traceparent) {
        return answer(
                "migrate " + commandId + " " + migration + " " + keys,
                new JsonObject().put("run", "r1").put("accepted", keys.size()));
    }

    @Override
    public Uni<JsonObject> run(String runId) {
        return answer("run " + runId, runOf(runId));
    }

    @Override
    public Uni<JsonArray> runs(RunPage page) {
        String call = "runs " + page.migration().orElse("-") + " "
                + page.state().orElse("-") + " " + page.after().orElse("-") + " " + page.limit();
        return answer(call, new JsonObject()).map(ignored -> new JsonArray().add(runOf("r1")));
    }

    @Override
    public Uni<JsonObject> plan(String runId) {
        return answer("plan " + runId, new JsonObject().put("run", runId));
    }

    @Override
    public Uni<Optional<JsonObject>> identity(String table, String oldKey) {
        JsonObject found = new JsonObject()
                .put("table", table)
                .put("key", oldKey)
                .put("newKey", "n")
                .put("run", "r1");
        return answer("identity " + table + " " + oldKey, found)
                .map(identity -> Optional.of(identity).filter(ignored -> !oldKey.equals("nobody")));
    }

    @Override
    public Uni<JsonObject> explain(String migration) {
        return answer("explain " + migration, new JsonObject().put("migration", migration));
    }

    @Override
    public Uni<JsonObject> capture() {
        return answer("capture", new JsonObject().put("slot", "godwit"));
    }

    @Override
    public Uni<JsonObject> migrationStates() {
        return answer("states", new JsonObject().put("documents-uuid5", "applied"));
    }

    private static JsonObject runOf(String runId) {
        return new JsonObject().put("run", runId).put("state", "planning");
    }

    private Uni<JsonObject> answer(String call, JsonObject answer) {
        return Uni.createFrom().deferred(() -> {
            asked.add(call);
            Throwable failure = failures.poll();
            return failure == null
                    ? Uni.createFrom().item(answer)
                    : Uni.createFrom().failure(failure);
        });
    }
}
