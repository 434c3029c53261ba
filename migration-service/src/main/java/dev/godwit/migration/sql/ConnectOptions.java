package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;

/** How sessions are opened, whatever they are for. */
public final class ConnectOptions {

    private ConnectOptions() {}

    /** Address and user of a database as it is configured; a host that is gone is noticed by keepalive. Everything else is the caller's. */
    public static PgConnectOptions of(GodwitConfig.Database database) {
        return secured(
                database,
                new PgConnectOptions()
                        .setHost(database.host())
                        .setPort(database.port())
                        .setDatabase(database.name())
                        .setUser(database.user())
                        .setPassword(database.password())
                        .setTcpKeepAlive(true));
    }

    private static PgConnectOptions secured(GodwitConfig.Database database, PgConnectOptions options) {
        SslMode mode = SslMode.of(database.sslMode());
        if (mode == SslMode.DISABLE) {
            return options;
        }
        database.caFile()
                .ifPresent(file -> options.setPemTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        return options.setSslMode(mode).setHostnameVerificationAlgorithm("HTTPS");
    }
}
