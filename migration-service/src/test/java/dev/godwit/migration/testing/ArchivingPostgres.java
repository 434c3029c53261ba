package dev.godwit.migration.testing;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** A server of its own that is told to archive its WAL, but not whereto; until the test says so. */
public final class ArchivingPostgres implements AutoCloseable {

    private final PostgresServer server =
            PostgresServer.start(Map.of("archive_mode", "on", "archive_timeout", "0"), TestCertificate.make());
    private final Vertx vertx = Vertx.vertx();

    /** A session of a role, which needs no password. */
    public Pool pool(String user) {
        return PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(new PgConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(server.port())
                        .setDatabase(PostgresServer.SUPERUSER)
                        .setUser(user)
                        .setPassword("unused"))
                .using(vertx)
                .build();
    }

    /** As superuser, each in a transaction of its own. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = server.connect(PostgresServer.SUPERUSER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** How segments are archived from now on. */
    public void archiveBy(String command) throws SQLException {
        execute("ALTER SYSTEM SET archive_command = '" + command + "'", "SELECT pg_reload_conf()");
    }

    /** Ends a segment, which is then due to be archived. */
    public void endSegment() throws SQLException {
        execute("SELECT pg_logical_emit_message(false, '', 'written')", "SELECT pg_switch_wal()");
    }

    @Override
    public void close() throws IOException {
        vertx.closeAndAwait();
        server.server().close();
    }
}
