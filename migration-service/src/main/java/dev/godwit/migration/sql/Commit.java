package dev.godwit.migration.sql;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/** COMMIT whose success means committed: PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and without an error. */
final class Commit {

    private static final String ASSIGNED = "SELECT pg_current_xact_id_if_assigned()::text AS xid";

    private static final String STATUS = "SELECT pg_xact_status(($1::text)::xid8) AS status";

    private Commit() {}

    /**
     * Commits the transaction of {@code connection}, and reads its status after it when it wrote.
     *
     * <p>Failure semantics: {@link LostCommitException} when the answer was that of a COMMIT and the transaction is rolled back nevertheless.
     */
    static Uni<Void> confirmed(SqlConnection connection) {
        return execute(connection, ASSIGNED)
                .map(rows -> rows.iterator().next().getString("xid"))
                .chain(xid -> execute(connection, "COMMIT").chain(() -> mustHaveCommitted(connection, xid)));
    }

    private static Uni<Void> mustHaveCommitted(SqlConnection connection, String xid) {
        if (xid == null) {
            return Uni.createFrom().voidItem();
        }
        return connection
                .preparedQuery(STATUS)
                .execute(Tuple.of(xid))
                .map(rows -> rows.iterator().next().getString("status"))
                .map(status -> {
                    if (!"committed".equals(status)) {
                        throw new LostCommitException(status);
                    }
                    return null;
                });
    }

    private static Uni<RowSet<Row>> execute(SqlConnection connection, String sql) {
        return connection.query(sql).execute();
    }
}
