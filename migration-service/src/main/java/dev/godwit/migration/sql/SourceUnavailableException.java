package dev.godwit.migration.sql;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.function.Function;

/** A database that imports read cannot be used now; waiting helps. The message names it, and holds no secrets. */
public final class SourceUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private SourceUnavailableException(String source, Throwable cause) {
        super("the source database '" + source + "' cannot be used: " + PgErrors.describe(cause), cause);
    }

    /**
     * Works in a session of a source. A session that cannot be had, for whatever reason, or that breaks, fails with this exception; what the server has against a statement is
     * passed on.
     */
    public static <T> Uni<T> within(String source, Pool pool, Function<SqlConnection, Uni<T>> work) {
        return pool.getConnection()
                .onFailure()
                .transform(failure -> new SourceUnavailableException(source, failure))
                .chain(connection -> work.apply(connection)
                        .onFailure(failure -> PgErrors.classify(failure) == ErrorClass.UNAVAILABLE)
                        .transform(failure -> new SourceUnavailableException(source, failure))
                        .onTermination()
                        .call(() -> connection.close().onFailure().recoverWithNull()));
    }
}
