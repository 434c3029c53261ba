package dev.godwit.migration.chunk;

import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Tells workers when their next batch may begin and how large it may be. Whatever slows a run down belongs here, so that workers know of turns alone; so far that is the
 * cap of {@code --max-rate}.
 *
 * <p>The schedule of a run is one row, and its clock is the database's: workers of all instances share it. Only runs with a cap have one.
 */
@ApplicationScoped
public class Pacing {

    /** The longest wait of a worker for its turn: then its message goes back into the queue, and other runs get the worker. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Losing the newest turns with a crash costs nothing. */
    private static final String NO_FLUSH = "SET LOCAL synchronous_commit = off";

    /** The time is read after the row was locked. */
    private static final String LOCK = """
            INSERT INTO godwit.pace (run_id)
            VALUES ($1)
            ON CONFLICT (run_id) DO UPDATE SET run_id = excluded.run_id
            RETURNING free_at, clock_timestamp() AS now
            """;

    private static final String ADVANCE = """
            UPDATE godwit.pace
               SET free_at = $2, held_until = coalesce($3, held_until)
             WHERE run_id = $1
            """;

    private final Runs runs;

    @Inject
    public Pacing(Runs runs) {
        this.runs = runs;
    }

    /**
     * A worker's turn.
     *
     * @param entities how many entities the batch may have
     * @param reserved how many of them were set aside; the worker owes, or gets back, the difference to what the batch came to
     * @param granted whether the batch may begin; else the worker gives its message back
     */
    public record Turn(int entities, int reserved, boolean granted) {}

    /**
     * Asks for a turn; completes when it has come, or when waiting for it is of no use.
     *
     * @param cap the run's cap, if it has one
     * @param wanted how many entities the worker would do
     * @param counted whether the size of the batch says how many entities it will change; a scan for differences is charged with what it found, afterwards
     * @param owed by how much the worker's last batch was larger than what was set aside for it
     */
    public Uni<Turn> turn(String runId, Optional<Integer> cap, int wanted, boolean counted, int owed) {
        if (cap.isEmpty()) {
            return Uni.createFrom().item(new Turn(wanted, 0, true));
        }
        RateCap rate = new RateCap(cap.get());
        int entities = counted ? rate.batch(wanted) : wanted;
        int reserved = counted ? entities : 0;
        return schedule(runId, rate, reserved, owed)
                .chain(answer -> after(answer.delay()).replaceWith(new Turn(entities, reserved, answer.granted())));
    }

    /** Accounts for a worker's last batch when it asks for no further turn. */
    public Uni<Void> settle(String runId, Optional<Integer> cap, int owed) {
        if (cap.isEmpty() || owed == 0) {
            return Uni.createFrom().voidItem();
        }
        RateCap rate = new RateCap(cap.get());
        return locked(
                runId, (connection, free, now) -> advance(connection, runId, rate.settled(free, owed), Optional.empty())
                        .replaceWithVoid());
    }

    private Uni<RateCap.Answer> schedule(String runId, RateCap rate, int reserved, int owed) {
        return locked(runId, (connection, free, now) -> {
            RateCap.Answer answer = rate.ask(rate.settled(free, owed), now, reserved, PATIENCE);
            Optional<Instant> held = answer.delay().isZero() ? Optional.empty() : Optional.of(now.plus(answer.delay()));
            return advance(connection, runId, answer.free(), held).replaceWith(answer);
        });
    }

    private interface OnSchedule<T> {
        Uni<T> apply(SqlConnection connection, Instant free, Instant now);
    }

    private <T> Uni<T> locked(String runId, OnSchedule<T> work) {
        return runs.inTransaction(connection -> connection
                .query(NO_FLUSH)
                .execute()
                .chain(() -> connection.preparedQuery(LOCK).execute(Tuple.of(runId)))
                .chain(rows -> {
                    Row row = rows.iterator().next();
                    return work.apply(
                            connection,
                            row.getOffsetDateTime("free_at").toInstant(),
                            row.getOffsetDateTime("now").toInstant());
                }));
    }

    private static Uni<Void> advance(SqlConnection connection, String runId, Instant free, Optional<Instant> held) {
        Tuple row = Tuple.of(
                runId,
                free.atOffset(ZoneOffset.UTC),
                held.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
        return connection.preparedQuery(ADVANCE).execute(row).replaceWithVoid();
    }

    private static Uni<Void> after(Duration duration) {
        return duration.isZero()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().voidItem().onItem().delayIt().by(duration);
    }
}
