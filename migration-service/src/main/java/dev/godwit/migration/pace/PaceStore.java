package dev.godwit.migration.pace;

import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.StreamSupport;

/** The rows in which instances tell each other how fast runs may go. Losing the newest with a crash of the server costs nothing: it is decided anew. */
@ApplicationScoped
class PaceStore {

    private static final String WORKING = """
            SELECT r.id, r.generation, r.tables, r.pace, r.max_rate, r.only_between, r.state = 'following' AS follows, p.stopped, coalesce(p.held, false) AS held,
                   coalesce(p.decided_at < clock_timestamp() - CASE WHEN r.state = 'following' AND p.stopped IS NULL THEN $2::bigint ELSE $1::bigint END * interval '1 millisecond', true) AS due
              FROM godwit.run AS r
              LEFT JOIN godwit.pace AS p ON p.run_id = r.id
             WHERE r.state IN ('planning', 'backfilling', 'following', 'verifying', 'rolling-back')
               AND r.operation <> 'schema'
             ORDER BY r.serial
            """;

    private static final String NO_FLUSH = "SET LOCAL synchronous_commit = off";

    /** The time is read after the row was locked. No row: the run is gone. */
    private static final String LOCK = """
            INSERT INTO godwit.pace (run_id)
            SELECT id
              FROM godwit.run
             WHERE id = $1
            ON CONFLICT (run_id) DO UPDATE SET run_id = excluded.run_id
            RETURNING share, slow_from, stopped, stopped_since, held, reason, detail, decided_at, grow_after, unknown_since,
                      coalesce(decided_at < clock_timestamp() - $2 * interval '1 millisecond', true) AS due, clock_timestamp() AS now
            """;

    private static final String DECIDE = """
            UPDATE godwit.pace
               SET share = $2, sharers = $3, stopped = $4, stopped_since = $5, held = $6, reason = $7, detail = $8, decided_at = $9, grow_after = $10,
                   unknown_since = $11, signals = $12, slow_from = $13
             WHERE run_id = $1
            """;

    /** Others on the queue need not wait behind the messages of a run that stands still for longer. */
    private static final Duration HELD_AFTER = Duration.ofSeconds(10);

    private final Runs runs;

    @Inject
    PaceStore(Runs runs) {
        this.runs = runs;
    }

    /** Runs that write. */
    Uni<List<WorkingRun>> working(Duration every) {
        Duration following = every.multipliedBy(WorkingRun.ROUNDS_FOLLOWING);
        return runs.execute(WORKING, dueAfter(every), dueAfter(following))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(WorkingRun::fromRow)
                        .toList());
    }

    /** Instances do not tick in step: one that comes a little early may decide. */
    private static long dueAfter(Duration every) {
        return every.toMillis() * 4 / 5;
    }

    /**
     * What was decided.
     *
     * @param goesOn whether the run was held until now
     */
    record Decided(PaceState state, boolean held, boolean goesOn) {}

    /**
     * Decides the pace of a run, unless another instance has done so just now, or the run is gone.
     *
     * @param every how often its pace is decided
     * @param sharers how many runs share what their levels allow
     * @param decide makes of the state before, and of the time, the state that follows
     */
    Uni<Optional<Decided>> decide(
            String runId,
            Duration every,
            int sharers,
            JsonArray signals,
            BiFunction<PaceState, Instant, PaceState> decide) {
        return runs.inTransaction(connection -> connection
                .query(NO_FLUSH)
                .execute()
                .chain(() -> connection.preparedQuery(LOCK).execute(Tuple.of(runId, dueAfter(every))))
                .chain(rows -> {
                    if (rows.size() == 0 || !rows.iterator().next().getBoolean("due")) {
                        return Uni.createFrom().item(Optional.empty());
                    }
                    Row row = rows.iterator().next();
                    Instant now = row.getOffsetDateTime("now").toInstant();
                    PaceState state = decide.apply(before(row, now), now);
                    boolean held = isHeld(state, now);
                    return write(connection, runId, sharers, signals, state, held)
                            .replaceWith(Optional.of(new Decided(state, held, row.getBoolean("held") && !held)));
                }));
    }

    private static boolean isHeld(PaceState state, Instant now) {
        return state.stopped().filter(Controller.WINDOW::equals).isPresent()
                || state.stoppedSince()
                        .filter(since -> since.plus(HELD_AFTER).isBefore(now))
                        .isPresent();
    }

    private static PaceState before(Row row, Instant now) {
        if (row.getOffsetDateTime("decided_at") == null) {
            return PaceState.begin(now);
        }
        return new PaceState(
                row.getDouble("share"),
                row.getDouble("slow_from"),
                Optional.ofNullable(row.getString("stopped")),
                Optional.ofNullable(row.getString("reason")),
                Optional.ofNullable(row.getString("detail")),
                row.getOffsetDateTime("decided_at").toInstant(),
                row.getOffsetDateTime("grow_after").toInstant(),
                Optional.ofNullable(row.getOffsetDateTime("unknown_since")).map(OffsetDateTime::toInstant),
                Optional.ofNullable(row.getOffsetDateTime("stopped_since")).map(OffsetDateTime::toInstant));
    }

    private static Uni<Void> write(
            SqlConnection connection, String runId, int sharers, JsonArray signals, PaceState state, boolean held) {
        Tuple row = Tuple.tuple()
                .addString(runId)
                .addDouble(state.share())
                .addInteger(sharers)
                .addString(state.stopped().orElse(null))
                .addOffsetDateTime(state.stoppedSince().map(PaceStore::utc).orElse(null))
                .addBoolean(held)
                .addString(state.reason().orElse(null))
                .addString(state.detail().orElse(null))
                .addOffsetDateTime(utc(state.at()))
                .addOffsetDateTime(utc(state.growAfter()))
                .addOffsetDateTime(state.unknownSince().map(PaceStore::utc).orElse(null))
                .addJsonArray(signals)
                .addDouble(state.slowFrom());
        return connection.preparedQuery(DECIDE).execute(row).replaceWithVoid();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
