package dev.godwit.migration.run;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.batch.Home;
import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.telemetry.Spans;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** The rows of {@code godwit.run} and the events about them: each change of state and its event are one transaction. */
@ApplicationScoped
public class Runs {

    private static final String STATE_CHANGED = "dev.godwit.run.state-changed";
    private static final String PROGRESS = "dev.godwit.run.progress";

    private static final String FIND = "SELECT " + Run.COLUMNS + " FROM godwit.run WHERE id = $1";

    private static final String ACTIVE = "SELECT " + Run.COLUMNS + """
              FROM godwit.run
             WHERE state IN ('planning', 'backfilling', 'following', 'verifying', 'cancelling', 'rolling-back')
             ORDER BY serial
            """;

    /** No batch commits after its run changed state: batches hold this lock shared until they end. */
    private static final String CHANGE_STATE = """
            UPDATE godwit.run
               SET previous_state = state, state = $2, reason = $3, resume_state = $4, version = version + 1, updated_at = clock_timestamp(),
                   ended_at = CASE WHEN $5 THEN clock_timestamp() END
             WHERE id = $1
               AND state = $6
            """;

    /** No row: the run is in another state by now, whose phase is not this one's business. */
    private static final String SET_PHASE = """
            UPDATE godwit.run
               SET phase = $2, updated_at = clock_timestamp()
             WHERE id = $1
               AND state = $3
            """;

    private static final String BUMP = """
            UPDATE godwit.run
               SET version = version + 1, updated_at = clock_timestamp()
             WHERE id = $1
            """;

    private static final String VERSIONS = """
            SELECT id, version, updated_at
              FROM godwit.run
             WHERE updated_at >= $1
             ORDER BY serial DESC
             LIMIT 10000
            """;

    private final Pool pool;
    private final Spans spans;

    @Inject
    public Runs(Pool pool, Spans spans) {
        this.pool = pool;
        this.spans = spans;
    }

    public Uni<Optional<Run>> find(String runId) {
        return pool.preparedQuery(FIND).execute(Tuple.of(runId)).map(Runs::first);
    }

    private static Optional<Run> first(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst().map(Run::fromRow);
    }

    /** Runs that somebody must drive on, oldest first. */
    public Uni<List<Run>> active() {
        return pool.preparedQuery(ACTIVE).execute().map(rows -> {
            List<Run> runs = new ArrayList<>(rows.size());
            rows.forEach(row -> runs.add(Run.fromRow(row)));
            return runs;
        });
    }

    /** One run as the outside sees it; fails with {@link Refusal} when there is none. */
    public Uni<JsonObject> snapshot(String runId) {
        return RunSnapshots.find(pool, runId).map(found -> found.orElseThrow(() -> unknownRun(runId)));
    }

    static Refusal unknownRun(String runId) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND, "unknown_run", "there is no run '" + runId + "'; 'godwit runs' lists them");
    }

    /** Runs as the outside sees them; fails with {@link Refusal} when the one that they come after is not there. */
    public Uni<JsonArray> list(RunPage page) {
        return RunSnapshots.list(pool, page).call(found -> found.isEmpty() ? mustBeThere(page) : none());
    }

    /** Nothing comes after a run that is not there, and nothing says so: a reader would think that he has seen all. */
    private Uni<Void> mustBeThere(RunPage page) {
        return page.after()
                .map(run -> find(run)
                        .map(found -> found.orElseThrow(RunPage::unknownPlace))
                        .replaceWithVoid())
                .orElseGet(Runs::none);
    }

    private static Uni<Void> none() {
        return Uni.createFrom().voidItem();
    }

    /** Runs that changed since then, each with the number of its newest event: {@code [{"run","version","at"}]}; the newest ten thousand. */
    public Uni<JsonArray> versions(Instant since) {
        return execute(VERSIONS, since.atOffset(ZoneOffset.UTC)).map(rows -> {
            JsonArray versions = new JsonArray();
            rows.forEach(row -> versions.add(new JsonObject()
                    .put("run", row.getString("id"))
                    .put("version", row.getLong("version"))
                    .put("at", row.getOffsetDateTime("updated_at").toInstant().toString())));
            return versions;
        });
    }

    /** Runs work in a transaction of the control plane. */
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        return pool.withTransaction(connection ->
                connection.query("SET LOCAL lock_timeout = '5s'").execute().chain(() -> work.apply(connection)));
    }

    /** The same on behalf of a run, where it changes more than what is known of the run: fails with {@link AnotherDatabaseException} elsewhere than where the run began. */
    <T> Uni<T> inTransaction(Run run, Function<SqlConnection, Uni<T>> work) {
        return inTransaction(run.id(), work);
    }

    /** The same by the run's id. */
    <T> Uni<T> inTransaction(String runId, Function<SqlConnection, Uni<T>> work) {
        return inTransaction(connection -> Home.mustBeHere(connection, runId).chain(() -> work.apply(connection)));
    }

    /** A statement of the control plane in a transaction of its own. */
    public Uni<RowSet<Row>> execute(String sql, Object... parameters) {
        return pool.preparedQuery(sql).execute(Tuple.from(parameters));
    }

    /**
     * Moves a run to another state and tells so. Failure semantics: an {@link AnotherDatabaseException} where the run would come further elsewhere than where it began.
     *
     * @param also what else belongs to the transition; runs under the fence, before the event is written
     * @return false when the run was not in {@code from} any more: somebody else moved it
     */
    public Uni<Boolean> transition(
            Run run, RunState from, RunState to, Optional<String> reason, Function<SqlConnection, Uni<Void>> also) {
        mustBeLegal(from, to);
        return inTransaction(connection -> transition(connection, run, from, to, reason, also));
    }

    /** The same within the caller's transaction, which then holds the fence until it ends. */
    Uni<Boolean> transition(
            SqlConnection connection,
            Run run,
            RunState from,
            RunState to,
            Optional<String> reason,
            Function<SqlConnection, Uni<Void>> also) {
        mustBeLegal(from, to);
        SpanBuilder moving = spans.part("run " + to.wireName(), SpanKind.INTERNAL, run.traceparent())
                .setAttribute("godwit.run", run.id())
                .setAttribute("godwit.migration", run.migration())
                .setAttribute("godwit.run.previous.state", from.wireName());
        return spans.within(moving, span -> move(connection, run, from, to, reason, also)
                .invoke(moved -> span.setAttribute("godwit.run.moved", moved)));
    }

    private static Uni<Boolean> move(
            SqlConnection connection,
            Run run,
            RunState from,
            RunState to,
            Optional<String> reason,
            Function<SqlConnection, Uni<Void>> also) {
        return Fence.exclusive(connection, run.serial())
                .chain(() -> from.advancesTo(to)
                        ? Home.mustBeHere(connection, run.id())
                        : Uni.createFrom().voidItem())
                .chain(() -> change(connection, run, from, to, reason))
                .chain(changed -> changed
                        ? also.apply(connection)
                                .chain(() -> announce(connection, run.id(), STATE_CHANGED))
                                .replaceWith(true)
                        : Uni.createFrom().item(false));
    }

    private static void mustBeLegal(RunState from, RunState to) {
        if (!from.mayBecome(to)) {
            throw new IllegalStateException("no run goes from " + from + " to " + to);
        }
    }

    /** A transition with nothing besides. */
    public Uni<Boolean> transition(Run run, RunState to, Optional<String> reason) {
        return transition(
                run, run.state(), to, reason, connection -> Uni.createFrom().voidItem());
    }

    /** A run fails only for what concerns all of it; it can be resumed once the cause is gone. One that is being cancelled tries on. */
    public Uni<Boolean> fail(String runId, String reason) {
        return find(runId).chain(found -> found.filter(run -> run.state() != RunState.CANCELLING)
                .map(run -> fail(run, reason))
                .orElseGet(() -> Uni.createFrom().item(false)));
    }

    /** A run that finds itself in another database cluster than where it began stops there, whatever it was about to do. */
    public Uni<Boolean> stopStranger(String runId) {
        return find(runId).chain(found -> found.map(run -> fail(run, AnotherDatabaseException.explain(runId)))
                .orElseGet(() -> Uni.createFrom().item(false)));
    }

    private Uni<Boolean> fail(Run run, String reason) {
        return run.state().mayBecome(RunState.FAILED)
                ? transition(run, RunState.FAILED, Optional.of(reason))
                : Uni.createFrom().item(false);
    }

    private static Uni<Boolean> change(
            SqlConnection connection, Run run, RunState from, RunState to, Optional<String> reason) {
        boolean interrupts = to == RunState.PAUSED || to == RunState.FAILED;
        String resume = interrupts ? from.wireName() : null;
        Tuple row = Tuple.tuple()
                .addString(run.id())
                .addString(to.wireName())
                .addString(reason.orElse(null))
                .addString(resume)
                .addBoolean(to.isTerminal() || to == RunState.FAILED)
                .addString(from.wireName());
        return connection.preparedQuery(CHANGE_STATE).execute(row).map(rows -> rows.rowCount() == 1);
    }

    /** Goes on to another phase of the same state. */
    Uni<Void> setPhase(Run run, String phase) {
        return execute(SET_PHASE, run.id(), phase, run.state().wireName()).replaceWithVoid();
    }

    /** Tells how a run stands: the event of its first state. */
    static Uni<Void> announceState(SqlConnection connection, String runId) {
        return announce(connection, runId, STATE_CHANGED);
    }

    /** Tells how far a run is. */
    public Uni<Void> announceProgress(String runId) {
        return inTransaction(connection -> connection
                .preparedQuery(BUMP)
                .execute(Tuple.of(runId))
                .chain(() -> announce(connection, runId, PROGRESS)));
    }

    private static Uni<Void> announce(SqlConnection connection, String runId, String type) {
        return RunSnapshots.find((SqlClient) connection, runId)
                .map(Optional::orElseThrow)
                .chain(run -> Outbox.append(connection, Outbox.RUNS, runId, type, runId, run));
    }
}
