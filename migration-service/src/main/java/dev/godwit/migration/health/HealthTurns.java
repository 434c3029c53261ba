package dev.godwit.migration.health;

import dev.godwit.migration.outbox.Outbox;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who measures: one instance at a time. Its turn is a row that it renews before each measure; what is not renewed in time is another's, and whoever lost its turn
 * can neither go on nor tell what it measured.
 */
@ApplicationScoped
public class HealthTurns {

    static final String TOPIC = "godwit.health";
    static final String TYPE = "dev.godwit.health.measured";

    private static final String TAKE = """
            UPDATE godwit.health_turn
               SET turn = turn + 1, instance = $1, began_at = clock_timestamp(), due_at = clock_timestamp() + $2 * interval '1 millisecond'
             WHERE due_at <= clock_timestamp()
            RETURNING turn
            """;

    private static final String RENEW = """
            UPDATE godwit.health_turn
               SET due_at = clock_timestamp() + $2 * interval '1 millisecond'
             WHERE turn = $1
            """;

    private static final String END = """
            UPDATE godwit.health_turn
               SET due_at = greatest(began_at + $2 * interval '1 millisecond', clock_timestamp())
             WHERE turn = $1
            """;

    /** Held until the event is written, so that a turn that ends meanwhile waits for it. */
    private static final String HOLD = "SELECT turn FROM godwit.health_turn WHERE turn = $1 FOR UPDATE";

    private static final String KEEP = """
            INSERT INTO godwit.health (migration, definition_hash, measured_at, data)
            VALUES ($1, $2, clock_timestamp(), $3)
                ON CONFLICT (migration) DO UPDATE
               SET definition_hash = excluded.definition_hash, measured_at = excluded.measured_at, data = excluded.data
            """;

    private static final String FORGET = "DELETE FROM godwit.health WHERE migration <> ALL ($1)";

    private final Pool pool;

    @Inject
    public HealthTurns(Pool pool) {
        this.pool = pool;
    }

    /** The number of the turn, when it is time to measure and nobody else does. */
    Uni<Optional<Long>> take(String instance, Duration silence) {
        return pool.preparedQuery(TAKE)
                .execute(Tuple.of(instance, silence.toMillis()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getLong("turn")));
    }

    /** Says that the turn goes on; fails with {@link LostTurnException} when it does not. */
    Uni<Void> renew(long turn, Duration silence) {
        return pool.preparedQuery(RENEW)
                .execute(Tuple.of(turn, silence.toMillis()))
                .invoke(rows -> mustBeMine(rows.rowCount(), turn))
                .replaceWithVoid();
    }

    /** Ends the turn; the next one is due so long after this one began. */
    Uni<Void> end(long turn, Duration every) {
        return pool.preparedQuery(END).execute(Tuple.of(turn, every.toMillis())).replaceWithVoid();
    }

    /** Tells what was measured: the event and the newest state, in one transaction, if the turn is still ours. */
    Uni<Void> tell(long turn, String migration, String definitionHash, JsonObject data) {
        return pool.withTransaction(connection -> hold(connection, turn)
                .chain(() -> connection.preparedQuery(KEEP).execute(Tuple.of(migration, definitionHash, data)))
                .chain(() -> Outbox.append(connection, TOPIC, migration, TYPE, null, data)));
    }

    private static Uni<RowSet<Row>> hold(SqlConnection connection, long turn) {
        return connection.preparedQuery(HOLD).execute(Tuple.of(turn)).invoke(rows -> mustBeMine(rows.size(), turn));
    }

    /** Forgets what was measured of migrations that are no more. */
    Uni<Void> keepOnly(List<String> migrations) {
        return pool.preparedQuery(FORGET)
                .execute(Tuple.of((Object) migrations.toArray(String[]::new)))
                .replaceWithVoid();
    }

    private static void mustBeMine(int rows, long turn) {
        if (rows == 0) {
            throw new LostTurnException(turn);
        }
    }
}
