package dev.godwit.migration.tail;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.ChangedTablesException;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.batch.WaitingKeys.Taken;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Works off the keys that wait: parked tail events, rows that our own writes moved, requests, and entities of ranges that no batch got through with. A key that fails
 * alone is quarantined, so that one bad entity holds nobody up. A statement that fails whatever the keys is passed on: they wait until it is right.
 */
@ApplicationScoped
public class PendingKeys {

    private static final Logger LOG = Logger.getLogger(PendingKeys.class);
    private static final int BATCH_MAX = 500;
    private static final int ATTEMPTS_MAX = 8;

    private static final Set<RunState> STATES =
            EnumSet.of(RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING);

    private final Batches batches;

    @Inject
    public PendingKeys(Batches batches) {
        this.batches = batches;
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
        return batches.run(run, place(requested), opened -> waiting(opened.connection(), run)
                        .take(BATCH_MAX, requested)
                        .chain(keys -> {
                            taken[0] = keys.orElse(null);
                            return keys.isEmpty()
                                    ? Uni.createFrom().item(Work.of(BatchResult.NOTHING))
                                    : work(run, opened, keys.get());
                        }))
                .map(ended -> ended instanceof Ended.Committed && taken[0] != null);
    }

    private static WaitingKeys waiting(SqlConnection connection, RunContext run) {
        return new WaitingKeys(connection, run.runId());
    }

    private static Place place(boolean requested) {
        return requested
                ? new Place(Lane.REQUEST, "request", Optional.empty(), STATES)
                : new Place(Lane.TAIL, "pending", Optional.empty(), STATES);
    }

    private Uni<Work> work(RunContext run, Opened opened, Taken taken) {
        return apply(run, opened, taken)
                .map(result -> new Work(result, Optional.empty(), false, Optional.empty(), taken.commandId()));
    }

    private Uni<BatchResult> apply(RunContext run, Opened opened, Taken taken) {
        if (taken.commandId().isPresent()) {
            return entities(run, opened, taken.keys())
                    .chain(result -> new Answers(run, opened.connection()).complete(result));
        }
        if (taken.refers()) {
            return run.on(opened).references(taken.table(), taken.keys());
        }
        return run.on(opened)
                .entitiesOf(Map.of(taken.table(), new LinkedHashSet<>(taken.keys())))
                .chain(keys -> keys.isEmpty()
                        ? Uni.createFrom().item(BatchResult.NOTHING)
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
        if (error == ErrorClass.UNAVAILABLE
                || error == ErrorClass.STATEMENT
                || failure instanceof ChangedTablesException
                || failure instanceof AnotherDatabaseException) {
            return Uni.createFrom().failure(failure);
        }
        boolean alone = taken.keys().size() == 1 && taken.attempts() > 0;
        boolean hopeless = error != ErrorClass.CONTENTION || taken.attempts() >= ATTEMPTS_MAX;
        if (alone && hopeless) {
            return quarantine(run, taken, failure);
        }
        return batches.inTransaction(connection -> waiting(connection, run).defer(taken))
                .replaceWith(true);
    }

    private Uni<Boolean> quarantine(RunContext run, Taken taken, Throwable failure) {
        String why = PgErrors.describe(failure);
        LOG.infof("Run %s: a row of %s is left as it is: %s", run.runId(), taken.table(), why);
        List<Outcome> outcomes =
                List.of(Outcome.of(taken.table().toString(), taken.keys().get(0), OutcomeKind.FAILED)
                        .because(PgErrors.code(failure))
                        .explained(why));
        BatchResult result = new BatchResult(outcomes, Map.of(), List.of(), List.of(), List.of(), 1);
        return batches.run(run, place(taken.commandId().isPresent()), opened -> waiting(opened.connection(), run)
                        .remove(taken)
                        .replaceWith(
                                () -> new Work(result, Optional.empty(), false, Optional.empty(), taken.commandId())))
                .replaceWith(true);
    }
}
