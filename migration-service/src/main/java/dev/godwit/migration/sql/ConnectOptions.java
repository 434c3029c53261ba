package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.vertx.pgclient.PgConnectOptions;

/** How sessions are opened, whatever they are for. */
public final class ConnectOptions {

    private ConnectOptions() {}

    /** Address and user of a database as it is configured; a host that is gone is noticed by keepalive. Everything else is the caller's. */
    public static PgConnectOptions of(GodwitConfig.Database database) {
        return new PgConnectOptions()
                .setHost(database.host())
                .setPort(database.port())
                .setDatabase(database.name())
                .setUser(database.user())
                .setPassword(database.password())
                .setTcpKeepAlive(true);
    }
}
