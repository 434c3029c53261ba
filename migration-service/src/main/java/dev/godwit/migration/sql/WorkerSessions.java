package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The sessions in which batches run. Their settings are part of the promise to the application: short waits, no long statement, and no session that keeps rows locked
 * because its worker was stopped.
 */
@Singleton
public class WorkerSessions {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** PostgreSQL 17 and later; the servers before it do not know the setting, and would refuse a session that asks for it. */
    private static final String LIMIT_TRANSACTIONS = """
            SELECT set_config(name, $1, false)
              FROM pg_settings
             WHERE name = 'transaction_timeout'
            """;

    /** ROLLBACK leaves a replication origin set, and whatever the session did next would be hidden from the tail. A role that may not ask cannot have set one. */
    private static final String RESET_ORIGIN = """
            DO $$
            BEGIN
                IF has_function_privilege('pg_replication_origin_session_is_setup()', 'EXECUTE') THEN
                    IF pg_replication_origin_session_is_setup() THEN
                        PERFORM pg_replication_origin_session_reset();
                    END IF;
                END IF;
            END
            $$
            """;

    private static final String END_SESSION = "SELECT pg_terminate_backend(pg_backend_pid())";

    private final Pool pool;

    @Inject
    public WorkerSessions(Vertx vertx, GodwitConfig config) {
        this.pool = open(vertx, config);
    }

    private static Pool open(Vertx vertx, GodwitConfig config) {
        PgConnectOptions connect = ConnectOptions.of(config.database())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(256)
                .setPreparedStatementCacheSqlLimit(32_768)
                .setPipeliningLimit(64)
                .setReconnectAttempts(2)
                .setReconnectInterval(200);
        settings(config.batch()).forEach(connect::addProperty);
        PoolOptions options = new PoolOptions()
                .setMaxSize(config.batch().connections())
                .setMaxWaitQueueSize(256)
                .setConnectionTimeout((int) CONNECT_TIMEOUT.toSeconds());
        String transactionTimeout = millis(config.batch().transactionTimeout());
        return Pool.newInstance(PgBuilder.pool()
                .with(options)
                .connectingTo(connect)
                .withConnectHandler(fresh -> limitTransactions(fresh, transactionTimeout))
                .using(vertx.getDelegate())
                .build());
    }

    /** Closing hands the fresh session to the pool; one that broke meanwhile is noticed by whoever uses it. */
    private static void limitTransactions(io.vertx.sqlclient.SqlConnection fresh, String timeout) {
        fresh.preparedQuery(LIMIT_TRANSACTIONS)
                .execute(io.vertx.sqlclient.Tuple.of(timeout))
                .onComplete(ignored -> fresh.close());
    }

    /**
     * READ COMMITTED, so that a statement after the lock sees what was committed meanwhile. The planner settings are measured: with stale statistics it chose plans for
     * the joins with a batch's keys that cost three times as much, growing with the table.
     *
     * <p>A worker that stops is ended by the server, whatever it was doing: idle in its transaction (idle timeout), in a statement (statement timeout, then idle), reading a
     * result (TCP user timeout: no other timeout ends a session that waits for its client to read), or gone with its host (the same, and keepalive).
     */
    private static Map<String, String> settings(GodwitConfig.Batch batch) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application_name", "godwit");
        settings.put("default_transaction_isolation", "read committed");
        settings.put("lock_timeout", millis(batch.lockTimeout()));
        settings.put("statement_timeout", millis(batch.statementTimeout()));
        settings.put("idle_in_transaction_session_timeout", millis(batch.idleTimeout()));
        settings.put("tcp_user_timeout", millis(batch.networkTimeout()));
        settings.put(
                "tcp_keepalives_idle",
                Long.toString(Math.max(1, batch.networkTimeout().toSeconds())));
        settings.put("tcp_keepalives_interval", "1");
        settings.put("tcp_keepalives_count", "3");
        settings.put("enable_seqscan", "off");
        settings.put("enable_hashjoin", "off");
        settings.put("enable_mergejoin", "off");
        return settings;
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + "ms";
    }

    @PreDestroy
    void close() {
        pool.closeAndForget();
    }

    /**
     * Runs {@code work} in one transaction.
     *
     * <p>Failure semantics: any failure rolls back and is passed on. Success means committed. A session
     * goes back to the pool only without transaction and without replication origin; one that cannot be brought there is ended. Cancelling ends the session, since what was
     * cancelled may still send statements, which must not run outside their transaction.
     */
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        return pool.getConnection().chain(connection -> transaction(connection, work));
    }

    /** The same, and no tail or connector hears of what {@code work} writes. */
    public <T> Uni<T> inHiddenTransaction(Function<SqlConnection, Uni<T>> work) {
        return inTransaction(connection -> execute(connection, "SELECT godwit.hide_writes()")
                .chain(() -> work.apply(connection))
                .call(() -> execute(connection, "SELECT godwit.show_writes()")));
    }

    private static <T> Uni<T> transaction(SqlConnection connection, Function<SqlConnection, Uni<T>> work) {
        return execute(connection, "BEGIN")
                .chain(() -> work.apply(connection))
                .call(() -> Commit.confirmed(connection))
                .onItemOrFailure()
                .call((result, failure) -> failure == null ? release(connection) : clean(connection))
                .onCancellation()
                .call(() -> end(connection));
    }

    private static Uni<Void> clean(SqlConnection connection) {
        return execute(connection, "ROLLBACK")
                .chain(() -> execute(connection, RESET_ORIGIN))
                .chain(() -> release(connection))
                .onFailure()
                .recoverWithUni(() -> end(connection));
    }

    /** The pool throws a session away once its server side is gone. */
    private static Uni<Void> end(SqlConnection connection) {
        return execute(connection, END_SESSION)
                .onFailure()
                .recoverWithItem((RowSet<Row>) null)
                .chain(() -> release(connection));
    }

    private static Uni<Void> release(SqlConnection connection) {
        return connection.close().onFailure().recoverWithItem((Void) null);
    }

    private static Uni<RowSet<Row>> execute(SqlConnection connection, String sql) {
        return connection.query(sql).execute();
    }
}
