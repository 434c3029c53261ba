package dev.godwit.migration.sql;

import dev.godwit.migration.run.GodwitConfig;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;

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
        options.setTrustOptions(database.caFile()
                .<TrustOptions>map(file -> new PemTrustOptions().addCertPath(file.toString()))
                .orElseGet(ConnectOptions::ofThePlatform));
        return options.setSslMode(mode).setHostnameVerificationAlgorithm("HTTPS");
    }

    /** The client opens no session before it is told whom to trust. */
    private static TrustOptions ofThePlatform() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            return TrustOptions.wrap(trust.getTrustManagers()[0]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform names no authorities", e);
        }
    }
}
