package dev.godwit.migration.tail;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Works off the keys that wait: parked tail events, rows that our own writes moved, requests, and entities of ranges that no batch got through with. A key that fails
 * alone is quarantined, so that one bad entity holds nobody up.
 */
@ApplicationScoped
public class PendingKeys {

    private static final Logger LOG = Logger.getLogger(PendingKeys.class);
    private static final int BATCH_MAX = 500;
    private static final int ATTEMPTS_MAX = 8;

    private static final Set<RunState> STATES =
            EnumSet.of(RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING);

    /** Keys of one table and one command, oldest causes first, those that failed before alone. */
    private static final String TAKE = """
            WITH first AS (
                SELECT relation, command_id, attempts
                  FROM godwit.pending_key
                 WHERE run_id = $1
                   AND not_before <= clock_timestamp()
                   AND (command_id IS NOT NULL) = $3
                 ORDER BY attempts, command_id NULLS LAST
                 LIMIT 1)
            SELECT p.relation, p.key, p.cause, p.command_id, p.attempts
              FROM godwit.pending_key AS p
              JOIN first ON first.relation = p.relation
                        AND first.command_id IS NOT DISTINCT FROM p.command_id
             WHERE p.run_id = $1
               AND p.not_before <= clock_timestamp()
               AND (first.attempts = 0 AND p.attempts = 0 OR first.attempts > 0)
             LIMIT $2
               FOR UPDATE OF p SKIP LOCKED
            """;

    private static final String REMOVE = """
            DELETE FROM godwit.pending_key
             WHERE run_id = $1
               AND relation = $2
               AND key = ANY ($3::text[])
               AND command_id IS NOT DISTINCT FROM $4
            """;

    private static final String DEFER = """
            UPDATE godwit.pending_key
               SET attempts = attempts + 1, not_before = clock_timestamp() + interval '100 milliseconds' * least(attempts + 1, 20)
             WHERE run_id = $1
               AND relation = $2
               AND key = ANY ($3::text[])
               AND command_id IS NOT DISTINCT FROM $4
            """;

    private final Batches batches;

    @Inject
    public PendingKeys(Batches batches) {
        this.batches = batches;
    }

    private record Taken(String relation, List<String> keys, Optional<String> commandId, int attempts) {

        private Tuple row(RunContext run) {
            return Tuple.of(run.runId(), relation, keys.toArray(String[]::new), commandId.orElse(null));
        }
    }

    /**
     * Works off one batch of waiting keys; false when none was ready.
     *
     * @param requested keys that another service asked for, else all others
     */
    public Uni<Boolean> drain(RunContext run, boolean requested) {
        Taken[] taken = {null};
        return attempt(run, requested, taken)
                .onFailure()
                .recoverWithUni(failure ->
                        taken[0] == null ? Uni.createFrom().failure(failure) : overcome(run, taken[0], failure));
    }

    private Uni<Boolean> attempt(RunContext run, boolean requested, Taken[] taken) {
        return batches.run(run, place(requested), opened -> take(run, opened, requested)
                        .chain(keys -> {
                            taken[0] = keys.orElse(null);
                            return keys.isEmpty()
                                    ? Uni.createFrom().item(Work.of(BatchResult.NOTHING))
                                    : work(run, opened, keys.get());
                        }))
                .map(ended -> ended instanceof Ended.Committed && taken[0] != null);
    }

    private static Place place(boolean requested) {
        return requested
                ? new Place(Lane.REQUEST, "request", Optional.empty(), STATES)
                : new Place(Lane.TAIL, "pending", Optional.empty(), STATES);
    }

    private Uni<Optional<Taken>> take(RunContext run, Opened opened, boolean requested) {
        return opened.connection()
                .preparedQuery(TAKE)
                .execute(Tuple.of(run.runId(), BATCH_MAX, requested))
                .map(rows -> {
                    List<Row> list =
                            StreamSupport.stream(rows.spliterator(), false).toList();
                    if (list.isEmpty()) {
                        return Optional.empty();
                    }
                    Row first = list.get(0);
                    boolean alone = first.getInteger("attempts") > 0;
                    List<String> keys = list.stream()
                            .limit(alone ? 1 : BATCH_MAX)
                            .map(row -> row.getString("key"))
                            .toList();
                    return Optional.of(new Taken(
                            first.getString("relation"),
                            keys,
                            Optional.ofNullable(first.getString("command_id")),
                            first.getInteger("attempts")));
                });
    }

    private Uni<Work> work(RunContext run, Opened opened, Taken taken) {
        return apply(run, opened, taken)
                .call(() -> opened.connection().preparedQuery(REMOVE).execute(taken.row(run)))
                .map(result -> new Work(result, Optional.empty(), false, Optional.empty(), taken.commandId()));
    }

    private Uni<BatchResult> apply(RunContext run, Opened opened, Taken taken) {
        TableName table = TableName.parse(taken.relation());
        if (taken.commandId().isPresent()) {
            return entities(run, opened, taken.keys())
                    .chain(result -> new Answers(run, opened.connection()).complete(result));
        }
        return run.on(opened)
                .entitiesOf(Map.of(table, new LinkedHashSet<>(taken.keys())))
                .chain(keys -> keys.isEmpty()
                        ? run.on(opened).references(table, taken.keys())
                        : entities(run, opened, keys).chain(result -> changes(result)));
    }

    private static Uni<BatchResult> entities(RunContext run, Opened opened, List<String> keys) {
        return run.on(opened).work(new Selection.Keys(keys), true);
    }

    private static Uni<BatchResult> changes(BatchResult result) {
        return Uni.createFrom()
                .item(result.replacing(result.outcomes().stream()
                        .filter(outcome -> outcome.kind() != OutcomeKind.UNCHANGED)
                        .toList()));
    }

    private Uni<Boolean> overcome(RunContext run, Taken taken, Throwable failure) {
        ErrorClass error = PgErrors.classify(failure);
        if (error == ErrorClass.UNAVAILABLE) {
            return Uni.createFrom().failure(failure);
        }
        boolean alone = taken.keys().size() == 1 && taken.attempts() > 0;
        boolean hopeless = error != ErrorClass.CONTENTION || taken.attempts() >= ATTEMPTS_MAX;
        if (alone && hopeless) {
            return quarantine(run, taken, failure);
        }
        Tuple row = taken.row(run);
        return batches.inTransaction(
                        connection -> connection.preparedQuery(DEFER).execute(row))
                .replaceWith(true);
    }

    private Uni<Boolean> quarantine(RunContext run, Taken taken, Throwable failure) {
        String why = PgErrors.describe(failure);
        LOG.infof("Run %s: an entity is quarantined: %s", run.runId(), why);
        String reason =
                PgErrors.sqlState(failure).map(state -> "sqlstate_" + state).orElse("refused");
        List<Outcome> outcomes = taken.relation().equals(run.rootName())
                ? List.of(Outcome.of(run.rootName(), taken.keys().get(0), OutcomeKind.FAILED)
                        .because(reason)
                        .explained(why))
                : List.of();
        BatchResult result = new BatchResult(outcomes, Map.of(), List.of(), List.of(), List.of(), 1);
        return batches.run(run, place(taken.commandId().isPresent()), opened -> opened.connection()
                        .preparedQuery(REMOVE)
                        .execute(taken.row(run))
                        .replaceWith(
                                () -> new Work(result, Optional.empty(), false, Optional.empty(), taken.commandId())))
                .replaceWith(true);
    }
}
