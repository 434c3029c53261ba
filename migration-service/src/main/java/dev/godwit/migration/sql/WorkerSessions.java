package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * The sessions in which batches run. Their settings are part of the promise to the application: short waits, no long statement, and no session that keeps rows locked
 * because its worker was stopped.
 */
@Singleton
public class WorkerSessions {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Pool pool;

    @Inject
    public WorkerSessions(Vertx vertx, GodwitConfig config) {
        this.pool = open(vertx, config);
    }

    private static Pool open(Vertx vertx, GodwitConfig config) {
        GodwitConfig.Database database = config.database();
        PgConnectOptions connect = new PgConnectOptions()
                .setHost(database.host())
                .setPort(database.port())
                .setDatabase(database.name())
                .setUser(database.user())
                .setPassword(database.password())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(256)
                .setPreparedStatementCacheSqlLimit(32_768)
                .setPipeliningLimit(64)
                .setTcpKeepAlive(true)
                .setReconnectAttempts(2)
                .setReconnectInterval(200);
        settings(config.batch()).forEach(connect::addProperty);
        PoolOptions options = new PoolOptions()
                .setMaxSize(config.batch().connections())
                .setMaxWaitQueueSize(256)
                .setConnectionTimeout((int) CONNECT_TIMEOUT.toSeconds());
        return Pool.newInstance(PgBuilder.pool()
                .with(options)
                .connectingTo(connect)
                .using(vertx.getDelegate())
                .build());
    }

    /**
     * READ COMMITTED, so that a statement after the lock sees what was committed meanwhile. The planner settings are measured: with stale statistics it chose plans for
     * the joins with a batch's keys that cost three times as much, growing with the table.
     */
    private static Map<String, String> settings(GodwitConfig.Batch batch) {
        return Map.of(
                "application_name", "godwit",
                "default_transaction_isolation", "read committed",
                "lock_timeout", batch.lockTimeout().toMillis() + "ms",
                "statement_timeout", batch.statementTimeout().toMillis() + "ms",
                "idle_in_transaction_session_timeout", batch.idleTimeout().toMillis() + "ms",
                "enable_seqscan", "off",
                "enable_hashjoin", "off",
                "enable_mergejoin", "off");
    }

    @PreDestroy
    void close() {
        pool.closeAndForget();
    }

    /**
     * Runs {@code work} in one transaction.
     *
     * <p>Failure semantics: any failure rolls back and is passed on. When the transaction wrote, its status is read after COMMIT, so that success means committed.
     */
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        return pool.withConnection(connection -> transaction(connection, work));
    }

    private static <T> Uni<T> transaction(SqlConnection connection, Function<SqlConnection, Uni<T>> work) {
        return execute(connection, "BEGIN")
                .chain(() -> work.apply(connection))
                .onItem()
                .transformToUni(result -> commit(connection).replaceWith(result))
                .onFailure()
                .call(() -> execute(connection, "ROLLBACK").onFailure().recoverWithItem((RowSet<Row>) null))
                .onCancellation()
                .call(() -> execute(connection, "ROLLBACK").onFailure().recoverWithItem((RowSet<Row>) null));
    }

    private static Uni<Void> commit(SqlConnection connection) {
        return execute(connection, "SELECT pg_current_xact_id_if_assigned()::text AS xid")
                .map(rows -> rows.iterator().next().getString("xid"))
                .chain(xid -> execute(connection, "COMMIT").chain(() -> mustHaveCommitted(connection, xid)));
    }

    private static Uni<Void> mustHaveCommitted(SqlConnection connection, String xid) {
        if (xid == null) {
            return Uni.createFrom().voidItem();
        }
        return connection
                .preparedQuery("SELECT pg_xact_status(($1::text)::xid8) AS status")
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
