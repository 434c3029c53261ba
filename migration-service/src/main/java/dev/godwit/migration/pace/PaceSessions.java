package dev.godwit.migration.pace;

import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.sql.ConnectOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** The one session in which an instance reads signals. It is nobody else's: one that hangs holds up no batch, and is itself a signal. */
@ApplicationScoped
public class PaceSessions {

    /** Characters. What reads the signals is longer than the client remembers by itself, and would be parsed and planned each second. */
    private static final int SQL_LIMIT = 8192;

    private final Pool pool;

    @Inject
    public PaceSessions(Vertx vertx, GodwitConfig config, PaceConfig pace) {
        PgConnectOptions connect = ConnectOptions.of(config.database())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlLimit(SQL_LIMIT);
        connect.addProperty("application_name", "godwit-pace");
        connect.addProperty("statement_timeout", pace.statementTimeout().toMillis() + "ms");
        connect.addProperty("lock_timeout", pace.statementTimeout().toMillis() + "ms");
        connect.addProperty("tcp_user_timeout", config.batch().networkTimeout().toMillis() + "ms");
        this.pool = Pool.newInstance(PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1).setMaxWaitQueueSize(16))
                .connectingTo(connect)
                .using(vertx.getDelegate())
                .build());
    }

    Pool pool() {
        return pool;
    }

    @PreDestroy
    void close() {
        pool.closeAndForget();
    }
}
