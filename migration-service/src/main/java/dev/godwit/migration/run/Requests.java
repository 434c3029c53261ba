package dev.godwit.migration.run;

import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.outbox.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The request lane's entrance: entities that other services want migrated now. What enters is answered, by an outcome or by a rejection. */
@ApplicationScoped
class Requests {

    private static final String TYPE = "dev.godwit.entities.migrate";

    private static final String ACTIVE_RUN = """
            SELECT id
              FROM godwit.run
             WHERE migration = $1
               AND mode = 'commit'
               AND state IN ('planning', 'backfilling', 'following', 'verifying', 'paused')
             ORDER BY serial DESC
             LIMIT 1
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final CommandLog log;

    @Inject
    Requests(Runs runs, RunContexts contexts, CommandLog log) {
        this.runs = runs;
        this.contexts = contexts;
        this.log = log;
    }

    /** Hands keys to the migration's run in hand, once per command, and answers that run; refuses if there is none. */
    Uni<String> enter(String commandId, String migration, List<String> keys, Optional<String> traceparent) {
        return log.find(commandId)
                .chain(done -> done.isPresent()
                        ? Uni.createFrom().item(done.get())
                        : activeRun(migration).chain(run -> enter(commandId, run, keys, traceparent)));
    }

    private Uni<String> enter(String commandId, Run run, List<String> keys, Optional<String> traceparent) {
        return contexts.of(run)
                .chain(context -> log.once(
                        commandId,
                        TYPE,
                        traceparent,
                        connection -> enter(connection, run, context.operation().root(), keys, commandId)));
    }

    private static Uni<String> enter(
            SqlConnection connection, Run run, TableName root, List<String> keys, String commandId) {
        return Fence.shared(connection, run.serial())
                .chain(() -> new WaitingKeys(connection, run.id()).request(root, keys, commandId))
                .invoke(entered -> {
                    if (entered == 0) {
                        throw noActiveRun(run.migration());
                    }
                })
                .replaceWith(run.id());
    }

    /** Tells whoever waits for an answer that a run ends before it came to their keys. Joins the transaction that ends the run, under its fence. */
    static Uni<Void> leave(SqlConnection connection, Run run) {
        return new WaitingKeys(connection, run.id())
                .leaveRequests()
                .onItem()
                .transformToMulti(left -> Multi.createFrom().iterable(left.entrySet()))
                .onItem()
                .transformToUniAndConcatenate(one -> tell(connection, run, one.getKey(), one.getValue()))
                .onItem()
                .ignoreAsUni();
    }

    private static Uni<Void> tell(SqlConnection connection, Run run, String commandId, long keys) {
        Rejection rejection = new Rejection(
                commandId,
                TYPE,
                Optional.of(run.migration()),
                Optional.of(run.id()),
                "run_ended",
                "run '" + run.id() + "' was ended before it came to " + keys
                        + " of the keys; ask the next run for them",
                Optional.empty());
        return Outbox.append(
                connection,
                Outbox.RUNS,
                rejection.key(),
                Rejection.EVENT,
                run.id(),
                rejection.toJson(Instant.now()),
                Outbox.Cause.command(commandId));
    }

    private Uni<Run> activeRun(String migration) {
        return runs.execute(ACTIVE_RUN, migration).chain(rows -> {
            if (rows.size() == 0) {
                throw noActiveRun(migration);
            }
            return runs.find(rows.iterator().next().getString("id")).map(Optional::orElseThrow);
        });
    }

    private static Refusal noActiveRun(String migration) {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "no_active_run",
                "no run of " + migration
                        + " is in hand; start one with run.start, or with 'only' for these keys alone");
    }
}
