package dev.godwit.migration.pace;

import dev.godwit.migration.pace.PaceBoard.Posted;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Tells workers when their next batch may begin and how large it may be. Whatever slows a run down belongs here, so that workers know of turns alone: the level and what
 * the {@link Controller} leaves of it, the cap of {@code --max-rate}, windows, and stops.
 *
 * <p>The schedule of a run is one row, and its clock is the database's: workers of all instances share it. A run at full speed without a cap needs none.
 */
@ApplicationScoped
public class Pacing {

    /** The longest wait of a worker for its turn: then its message goes back into the queue, and other runs get the worker. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A decision that is older says nothing of now: whoever decided is gone. */
    private static final Duration STALE = Duration.ofSeconds(10);

    /** Losing the newest turns with a crash costs nothing. */
    private static final String NO_FLUSH = "SET LOCAL synchronous_commit = off";

    /** The time is read after the row was locked. */
    private static final String LOCK = """
            INSERT INTO godwit.pace (run_id)
            VALUES ($1)
            ON CONFLICT (run_id) DO UPDATE SET run_id = excluded.run_id
            RETURNING free_at, share, sharers, stopped IS NOT NULL AS stopped, held, decided_at, clock_timestamp() AS now
            """;

    private static final String ADVANCE = """
            UPDATE godwit.pace
               SET free_at = $2, held_until = coalesce($3, held_until)
             WHERE run_id = $1
            """;

    private final Runs runs;
    private final PaceBoard board;
    private final PaceConfig config;
    private final Duration fullTime;
    private final int entitiesMax;

    @Inject
    public Pacing(Runs runs, PaceBoard board, PaceConfig config, GodwitConfig godwit) {
        this.runs = runs;
        this.board = board;
        this.config = config;
        this.fullTime = godwit.batch().target();
        this.entitiesMax = godwit.batch().entitiesMax();
    }

    /** What a worker is to do. */
    public enum Answer {
        /** The batch may begin. */
        BEGIN,
        /** The message goes back into the queue: the turn does not come soon. */
        GIVE_BACK,
        /** The message is done with: whoever lets the run go on again queues its chunks anew. */
        LEAVE
    }

    /**
     * A worker's turn.
     *
     * @param entities how many entities the batch may have
     * @param owed what the worker has to settle, with the batch or without
     */
    public record Turn(int entities, Duration owed, Tariff tariff, Answer answer) {

        /** What has to be settled once the batch has ended, which came to so many entities and took so long. */
        public Duration owedAfter(int count, Duration took) {
            return owed.plus(tariff.cost(count, took));
        }
    }

    /**
     * What a worker would do next.
     *
     * @param entities how many entities it would take
     * @param counted whether the size of the batch says how many entities it will change; a scan for differences is charged with what it found, afterwards
     * @param expected how long a batch of so many entities should take
     */
    public record Wish(int entities, boolean counted, Function<Integer, Duration> expected) {}

    /** What holds for a run now, which may have changed since a worker took its message. */
    public Terms terms(String runId, Terms known) {
        return board.find(runId).map(Posted::terms).orElse(known);
    }

    /** How long transactions of a run should take. */
    public Duration transactionTime(Terms terms) {
        return terms.level() == PaceLevel.FULL ? fullTime : config.transactionTime();
    }

    /** Whether a run may begin what is not cut into batches: in its hours, and while no signal is beyond its hard limit. */
    public boolean mayBegin(String runId, Optional<Window> window) {
        boolean open = window.filter(hours -> !hours.isOpen(Instant.now())).isEmpty();
        return open && board.find(runId).filter(Posted::isStopped).isEmpty();
    }

    /**
     * Whether a run must write nothing now but what it has to take up later: a signal is beyond its hard limit. For the tail and for keys that wait, which are not paced, and know no
     * hours. What was last heard does not count for ever: an instance that hears nothing more must not keep the application's changes back while others go on.
     */
    public boolean isBeyondLimit(String runId) {
        return board.find(runId).filter(Posted::isBeyondLimit).isPresent()
                && board.isNewerThan(STALE.plus(config.every()));
    }

    /**
     * Asks for a turn; completes when it has come, or when waiting for it is of no use.
     *
     * @param owed what the worker's last batch cost beyond what was set aside for it
     */
    public Uni<Turn> turn(String runId, Terms terms, Wish wish, Duration owed) {
        if (terms.window().filter(window -> !window.isOpen(Instant.now())).isPresent()) {
            return Uni.createFrom().item(new Turn(0, owed, tariff(terms, 1), Answer.LEAVE));
        }
        Tariff unhindered = tariff(terms, 1);
        if (unhindered.isFree()) {
            return board.find(runId)
                    .filter(Posted::isStopped)
                    .map(now -> stopped(now.held(), unhindered, owed))
                    .orElseGet(() -> new Later(
                            new Turn(wish.entities(), Duration.ZERO, unhindered, Answer.BEGIN), Duration.ZERO))
                    .come();
        }
        return locked(runId, (connection, row) -> schedule(connection, runId, row, terms, wish, owed))
                .chain(Later::come);
    }

    /** Accounts for a worker's last batch when it asks for no further turn. */
    public Uni<Void> settle(String runId, Duration owed) {
        return owed.isZero()
                ? Uni.createFrom().voidItem()
                : locked(
                        runId,
                        (connection, row) ->
                                advance(connection, runId, free(row).plus(owed), Optional.empty()));
    }

    /** A turn and the wait for it, which begins when the schedule is free for others again. */
    private record Later(Turn turn, Duration delay) {

        private Uni<Turn> come() {
            Uni<Turn> item = Uni.createFrom().item(turn);
            return delay.isZero() ? item : item.onItem().delayIt().by(delay);
        }
    }

    private static Later stopped(boolean held, Tariff tariff, Duration owed) {
        return new Later(
                new Turn(0, owed, tariff, held ? Answer.LEAVE : Answer.GIVE_BACK), held ? Duration.ZERO : PATIENCE);
    }

    /** Sets time aside; joins the caller's transaction. */
    private Uni<Later> schedule(
            SqlConnection connection, String runId, Row row, Terms terms, Wish wish, Duration owed) {
        Tariff tariff = tariff(terms, share(row));
        if (row.getBoolean("stopped")) {
            return Uni.createFrom().item(stopped(row.getBoolean("held"), tariff, owed));
        }
        int entities = wish.counted() ? tariff.batch(wish.entities()) : wish.entities();
        int reserved = wish.counted() ? entities : 0;
        Duration expected = wish.expected().apply(entities);
        Duration cost = tariff.cost(reserved, expected);
        Instant now = row.getOffsetDateTime("now").toInstant();
        Schedule.Answer answer = Schedule.ask(free(row, now, tariff).plus(owed), now, cost, PATIENCE);
        boolean byCap = !answer.delay().isZero() && tariff.isHeldByCap(reserved, expected);
        Optional<Instant> held = byCap ? Optional.of(now.plus(answer.delay())) : Optional.empty();
        Turn turn = answer.granted()
                ? new Turn(entities, cost.negated(), tariff, Answer.BEGIN)
                : new Turn(0, Duration.ZERO, tariff, Answer.GIVE_BACK);
        return advance(connection, runId, answer.free(), held).replaceWith(new Later(turn, answer.delay()));
    }

    private Tariff tariff(Terms terms, double share) {
        return switch (terms.level()) {
            case FULL -> new Tariff(terms.cap(), OptionalDouble.empty());
            case NORMAL -> new Tariff(terms.cap(), OptionalDouble.of(duty(config.normalShare()) * share));
            case GENTLE -> new Tariff(terms.cap(), OptionalDouble.of(duty(config.gentleShare()) * share));
        };
    }

    /** Of the time of one session, in which a batch takes one processor at most; above 1, so many batches at once. */
    private double duty(double ofProcessors) {
        return ofProcessors * config.processors();
    }

    /** Runs at work at the same time share what their levels allow. */
    private static double share(Row row) {
        OffsetDateTime decided = row.getOffsetDateTime("decided_at");
        boolean stale = decided != null && decided.plus(STALE).isBefore(row.getOffsetDateTime("now"));
        return (stale ? Controller.FLOOR : row.getDouble("share")) / row.getInteger("sharers");
    }

    /** No later than a batch could have made it: a clock that was ahead, and was set right again, leaves moments that are far away. */
    private Instant free(Row row, Instant now, Tariff tariff) {
        Instant free = free(row);
        Instant latest = now.plus(tariff.most(entitiesMax));
        return free.isAfter(latest) ? latest : free;
    }

    private static Instant free(Row row) {
        return row.getOffsetDateTime("free_at").toInstant();
    }

    private interface OnSchedule<T> {
        Uni<T> apply(SqlConnection connection, Row row);
    }

    private <T> Uni<T> locked(String runId, OnSchedule<T> work) {
        return runs.inTransaction(connection -> connection
                .query(NO_FLUSH)
                .execute()
                .chain(() -> connection.preparedQuery(LOCK).execute(Tuple.of(runId)))
                .chain(rows -> work.apply(connection, rows.iterator().next())));
    }

    private static Uni<Void> advance(SqlConnection connection, String runId, Instant free, Optional<Instant> held) {
        Tuple row = Tuple.of(
                runId,
                free.atOffset(ZoneOffset.UTC),
                held.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
        return connection.preparedQuery(ADVANCE).execute(row).replaceWithVoid();
    }
}
