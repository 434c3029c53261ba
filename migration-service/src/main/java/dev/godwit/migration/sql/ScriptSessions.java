package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sessions for scripts of others: each is opened for one piece of work and closed after it, so that nothing that a script sets reaches another. Statements are not cached,
 * since each is sent once.
 */
@Singleton
public class ScriptSessions {

    private final Vertx vertx;
    private final GodwitConfig config;

    @Inject
    public ScriptSessions(Vertx vertx, GodwitConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * Runs {@code work} in one transaction of a session of its own.
     *
     * <p>Failure semantics: any failure rolls back and is passed on; success means committed. A worker that dies or stops is noticed while its statement runs, so that no lock is held for nobody.
     *
     * @param lockTimeout longest wait of a statement for a lock
     * @param statementTimeout longest statement
     */
    public <T> Uni<T> inTransaction(
            Duration lockTimeout, Duration statementTimeout, Function<SqlConnection, Uni<T>> work) {
        Map<String, String> settings = settings(lockTimeout, statementTimeout);
        settings.put("client_connection_check_interval", "1s");
        return open(settings, connection -> transaction(connection, () -> work.apply(connection)));
    }

    /**
     * Runs {@code work} in a session of its own, outside a transaction and without limits of time. What it waits for keeps nobody else waiting; and should this worker die,
     * the server finishes the statement in hand, and its session holds its locks until then.
     */
    public <T> Uni<T> outsideTransaction(Function<SqlConnection, Uni<T>> work) {
        return open(settings(Duration.ZERO, Duration.ZERO), work);
    }

    /** A transaction within a session that was opened for more; success means committed. */
    public static <T> Uni<T> transaction(SqlConnection connection, Supplier<Uni<T>> work) {
        return execute(connection, "BEGIN")
                .chain(work::get)
                .call(() -> Commit.confirmed(connection))
                .onFailure()
                .call(() -> execute(connection, "ROLLBACK").onFailure().recoverWithItem((Void) null));
    }

    private static Uni<Void> execute(SqlConnection connection, String sql) {
        return connection.query(sql).execute().replaceWithVoid();
    }

    private <T> Uni<T> open(Map<String, String> settings, Function<SqlConnection, Uni<T>> work) {
        PgConnectOptions connect = ConnectOptions.of(config.database()).setCachePreparedStatements(false);
        settings.forEach(connect::addProperty);
        return PgConnection.connect(vertx, connect)
                .chain(connection -> work.apply(connection).eventually(() -> close(connection)));
    }

    private static Uni<Void> close(SqlConnection connection) {
        return connection.close().onFailure().recoverWithItem((Void) null);
    }

    private Map<String, String> settings(Duration lockTimeout, Duration statementTimeout) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application_name", "godwit");
        settings.put("lock_timeout", lockTimeout.toMillis() + "ms");
        settings.put("statement_timeout", statementTimeout.toMillis() + "ms");
        settings.put(
                "idle_in_transaction_session_timeout",
                config.batch().idleTimeout().toMillis() + "ms");
        settings.put("tcp_user_timeout", config.batch().networkTimeout().toMillis() + "ms");
        return settings;
    }
}
