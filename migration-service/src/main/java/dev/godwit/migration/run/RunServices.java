package dev.godwit.migration.run;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.graph.Definitions;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** The edges' requests, carried out: one place for REST and Kafka alike. */
@ApplicationScoped
public class RunServices implements RunService {

    private final Runs runs;
    private final RunStarter starter;
    private final RunCommands commands;
    private final RunContexts contexts;
    private final Definitions definitions;
    private final Requests requests;
    private final Prerequisites prerequisites;
    private final MigrationStates states;
    private final Capture capture;
    private final IdMap ids;
    private final Pool pool;

    @Inject
    public RunServices(
            Runs runs,
            RunStarter starter,
            RunCommands commands,
            RunContexts contexts,
            Definitions definitions,
            Requests requests,
            Prerequisites prerequisites,
            MigrationStates states,
            Capture capture,
            IdMap ids,
            Pool pool) {
        this.runs = runs;
        this.starter = starter;
        this.commands = commands;
        this.contexts = contexts;
        this.definitions = definitions;
        this.requests = requests;
        this.prerequisites = prerequisites;
        this.states = states;
        this.capture = capture;
        this.ids = ids;
        this.pool = pool;
    }

    @Override
    public Uni<JsonObject> start(StartCommand command) {
        return starter.start(command).chain(runs::snapshot);
    }

    @Override
    public Uni<JsonObject> command(
            RunCommand command,
            String runId,
            String commandId,
            String requestedBy,
            Optional<String> reason,
            Optional<String> traceparent) {
        Uni<Void> allowed = command == RunCommand.ROLLBACK
                ? prerequisites.mayBeUndone(runId)
                : Uni.createFrom().voidItem();
        return allowed.chain(() -> commands.handle(command, runId, commandId, requestedBy, reason, traceparent))
                .chain(() -> command == RunCommand.FORGET
                        ? Uni.createFrom()
                                .item(new JsonObject().put("run", runId).put("state", "forgotten"))
                        : runs.snapshot(runId));
    }

    @Override
    public Uni<JsonObject> previewRollback(String runId) {
        return runs.find(runId)
                .map(found -> found.orElseThrow(() -> Runs.unknownRun(runId)))
                .call(run -> prerequisites.mayBeUndone(runId))
                .chain(run -> contexts.of(run).chain(context -> new RollbackPreview(pool, context).preview()));
    }

    @Override
    public Uni<JsonObject> migrate(
            String commandId, String migration, List<String> keys, String requestedBy, Optional<String> traceparent) {
        if (keys.size() > StartCommand.KEYS_MAX) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "too_many_keys",
                    keys.size() + " keys in one command; at most " + StartCommand.KEYS_MAX + ": send several commands");
        }
        Definition definition = definitions.find(migration).orElseThrow(() -> unknownMigration(migration));
        Prerequisites.mustHaveEntities(definition);
        return requests.enter(commandId, definition.migration(), keys, traceparent)
                .map(run -> new JsonObject().put("run", run).put("accepted", keys.size()));
    }

    static Refusal unknownMigration(String migration) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND,
                "unknown_migration",
                "there is no migration '" + migration + "'; 'godwit list' shows those that are there");
    }

    @Override
    public Uni<JsonObject> run(String runId) {
        return runs.snapshot(runId);
    }

    @Override
    public Uni<JsonArray> runs(RunPage page) {
        return runs.list(page);
    }

    @Override
    public Uni<JsonObject> plan(String runId) {
        return runs.snapshot(runId).map(run -> {
            JsonObject plan = run.getJsonObject("plan");
            if (plan == null || !"planned".equals(run.getString("state"))) {
                throw new Refusal(
                        Refusal.Kind.NOT_FOUND,
                        "no_plan",
                        "run '" + runId + "' has no plan report: it is " + run.getString("state"));
            }
            return plan;
        });
    }

    @Override
    public Uni<Optional<JsonObject>> identity(String table, String oldKey) {
        return ids.find(TableName.parse(table), oldKey);
    }

    @Override
    public Uni<JsonObject> explain(String migration) {
        Definition definition = definitions.find(migration).orElseThrow(() -> unknownMigration(migration));
        return pool.withConnection(connection -> contexts.compile(connection, definition))
                .map(compiled -> Explanation.of(definition, compiled.operation()));
    }

    @Override
    public Uni<JsonObject> capture() {
        return capture.describe();
    }

    @Override
    public Uni<JsonObject> migrationStates() {
        return states.read();
    }
}
