package dev.godwit.migration.sql;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.function.Supplier;

/**
 * An advisory lock that is tried, never waited for: whoever has it acts, everybody else does something else. It dies with its session, so that a dead instance keeps nobody
 * from acting.
 *
 * @param kind class of the lock: what is locked
 * @param serial which one of its kind; its lower 32 bits count
 */
public record AdvisoryLock(int kind, long serial) {

    private static final String TRY_FOR_SESSION = "SELECT pg_try_advisory_lock($1, $2) AS mine";

    private static final String TRY_FOR_TRANSACTION = "SELECT pg_try_advisory_xact_lock($1, $2) AS mine";

    private static final String RELEASE = "SELECT pg_advisory_unlock($1, $2)";

    /** Runs {@code work} in a session of {@code pool} that has the lock meanwhile; does nothing when another has it. */
    public Uni<Void> whileMine(Pool pool, Supplier<Uni<Void>> work) {
        return pool.withConnection(connection -> tryForSession(connection)
                .chain(mine -> mine
                        ? work.get().eventually(() -> release(connection))
                        : Uni.createFrom().voidItem()));
    }

    /** Whether the session has the lock now; it keeps it until it ends or releases it. */
    public Uni<Boolean> tryForSession(SqlConnection connection) {
        return tried(connection, TRY_FOR_SESSION);
    }

    /** Whether the transaction has the lock now; it keeps it until it ends. */
    public Uni<Boolean> tryForTransaction(SqlConnection connection) {
        return tried(connection, TRY_FOR_TRANSACTION);
    }

    private Uni<Boolean> tried(SqlConnection connection, String sql) {
        return connection.preparedQuery(sql).execute(place()).map(rows -> rows.iterator()
                .next()
                .getBoolean("mine"));
    }

    private Uni<Void> release(SqlConnection connection) {
        return connection.preparedQuery(RELEASE).execute(place()).replaceWithVoid();
    }

    private Tuple place() {
        return Tuple.of(kind, (int) serial);
    }
}
