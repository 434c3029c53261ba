package dev.godwit.migration.sql;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * COMMIT whose success means committed: PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and without an error. So another statement goes before it, which
 * such a transaction refuses. Both are sent at once, and nothing of the session can come between.
 */
final class Commit {

    /** Touches nothing. */
    private static final String STANDS = "SELECT 1";

    private Commit() {}

    /**
     * Commits the transaction of {@code connection}.
     *
     * <p>Failure semantics: {@link LostCommitException} when it had failed before, whoever noticed that then. A connection that is lost leaves open whether it committed.
     */
    static Uni<Void> confirmed(SqlConnection connection) {
        return Pipeline.of(List.of(
                execute(connection, STANDS)
                        .onFailure(PgErrors::isAborted)
                        .transform(ignored -> new LostCommitException()),
                execute(connection, "COMMIT")));
    }

    private static Uni<Void> execute(SqlConnection connection, String sql) {
        return connection.query(sql).execute().replaceWithVoid();
    }
}
