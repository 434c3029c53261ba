package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Databases that imports read besides the application's own. Their sessions cannot write, and print values such that they read back as the same, whatever the server's settings. */
@Singleton
public class SourceDatabases {

    private static final Map<String, String> SETTINGS = Map.of(
            "application_name", "godwit",
            "default_transaction_read_only", "on",
            "default_transaction_isolation", "read committed",
            "datestyle", "ISO",
            "intervalstyle", "postgres",
            "extra_float_digits", "1",
            "bytea_output", "hex",
            "timezone", "UTC");

    private final Vertx vertx;
    private final GodwitConfig config;
    private final Map<String, Pool> pools = new ConcurrentHashMap<>();

    @Inject
    public SourceDatabases(Vertx vertx, GodwitConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** The database that is configured as {@code godwit.sources.NAME}; empty when none is. Connects when it is first used. */
    public Optional<Pool> find(String name) {
        return Optional.ofNullable(config.sources().get(name))
                .map(database -> pools.computeIfAbsent(name, n -> open(database)));
    }

    private Pool open(GodwitConfig.Database database) {
        PgConnectOptions connect = ConnectOptions.of(database)
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlLimit(32_768)
                .setReconnectAttempts(2)
                .setReconnectInterval(200);
        SETTINGS.forEach(connect::addProperty);
        connect.addProperty(
                "statement_timeout", config.batch().statementTimeout().toMillis() + "ms");
        PoolOptions options =
                new PoolOptions().setMaxSize(config.batch().connections()).setMaxWaitQueueSize(256);
        return Pool.newInstance(PgBuilder.pool()
                .with(options)
                .connectingTo(connect)
                .using(vertx.getDelegate())
                .build());
    }

    @PreDestroy
    void close() {
        pools.values().forEach(Pool::closeAndForget);
    }
}
