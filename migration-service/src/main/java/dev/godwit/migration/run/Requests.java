package dev.godwit.migration.run;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.outbox.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
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

    private static final String FENCE_SHARED = "SELECT pg_advisory_xact_lock_shared($1, $2)";

    /** Zero rows: the run ended a moment ago, and would never answer. Under the fence, so that it cannot end before the keys are there to be seen. */
    private static final String ENTER = """
            INSERT INTO godwit.pending_key (run_id, relation, key, cause, command_id)
            SELECT r.id, $2, k.key, 'requested', $4
              FROM godwit.run AS r
             CROSS JOIN unnest($3::text[]) AS k(key)
             WHERE r.id = $1
               AND r.state IN ('planning', 'backfilling', 'following', 'verifying', 'paused')
            ON CONFLICT DO NOTHING
            """;

    /** Commands whose keys nobody came to, and how many those are. */
    private static final String LEAVE = """
            WITH left_over AS (
                DELETE FROM godwit.pending_key
                 WHERE run_id = $1
                   AND command_id IS NOT NULL
                RETURNING command_id)
            SELECT command_id, count(*) AS keys
              FROM left_over
             GROUP BY command_id
            """;

    private static final String REJECTED = "dev.godwit.command.rejected";

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
    Uni<String> enter(String commandId, String migration, List<String> keys) {
        return log.find(commandId)
                .chain(done -> done.isPresent()
                        ? Uni.createFrom().item(done.get())
                        : activeRun(migration).chain(run -> enter(commandId, run, keys)));
    }

    private Uni<String> enter(String commandId, Run run, List<String> keys) {
        return contexts.of(run)
                .chain(context -> log.once(
                        commandId, TYPE, connection -> enter(connection, run, context.rootName(), keys, commandId)));
    }

    private static Uni<String> enter(
            SqlConnection connection, Run run, String root, List<String> keys, String commandId) {
        return connection
                .preparedQuery(FENCE_SHARED)
                .execute(Tuple.of(Batches.FENCE, (int) run.serial()))
                .chain(() -> connection
                        .preparedQuery(ENTER)
                        .execute(Tuple.of(run.id(), root, keys.toArray(String[]::new), commandId)))
                .invoke(entered -> {
                    if (entered.rowCount() == 0) {
                        throw noActiveRun(run.migration());
                    }
                })
                .replaceWith(run.id());
    }

    /** Tells whoever waits for an answer that a run ends before it came to their keys. Joins the transaction that ends the run, under its fence. */
    static Uni<Void> leave(SqlConnection connection, Run run) {
        return connection
                .preparedQuery(LEAVE)
                .execute(Tuple.of(run.id()))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(
                        row -> tell(connection, run, row.getString("command_id"), row.getLong("keys")))
                .onItem()
                .ignoreAsUni();
    }

    private static Uni<Void> tell(SqlConnection connection, Run run, String commandId, long keys) {
        JsonObject data = new JsonObject()
                .put("commandId", commandId)
                .put("type", TYPE)
                .put("migration", run.migration())
                .put("run", run.id())
                .put("code", "run_ended")
                .put(
                        "message",
                        "run '" + run.id() + "' was ended before it came to " + keys
                                + " of the keys; ask the next run for them")
                .put("requestedBy", null)
                .put("at", Instant.now().toString());
        return Outbox.append(connection, Outbox.RUNS, run.migration(), REJECTED, run.id(), data);
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
