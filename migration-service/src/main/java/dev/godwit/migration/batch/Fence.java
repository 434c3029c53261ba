package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/** What keeps batches and changes of a run's state apart: a lock of the run, held until the transaction ends. */
public final class Fence {

    /** Class of the advisory locks; the other half of each is the run's serial number. */
    public static final int CLASS_ID = 24744;

    private Fence() {}

    /** For whoever writes on behalf of the run: its state stays what it is meanwhile. */
    public static Uni<Void> shared(SqlConnection connection, long serial) {
        return lock(connection, "SELECT pg_advisory_xact_lock_shared($1, $2)", serial);
    }

    /** For whoever changes the run's state: nobody writes on its behalf meanwhile. */
    public static Uni<Void> exclusive(SqlConnection connection, long serial) {
        return lock(connection, "SELECT pg_advisory_xact_lock($1, $2)", serial);
    }

    private static Uni<Void> lock(SqlConnection connection, String sql, long serial) {
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of(CLASS_ID, Math.toIntExact(serial)))
                .replaceWithVoid();
    }
}
