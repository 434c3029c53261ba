package dev.godwit.migration.testing;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One PostgreSQL server per test JVM, 18 unless {@code -Dstack.postgresql.version} names another one, started when first asked for and stopped with the JVM. It keeps what it promises (fsync and synchronous commit are
 * on) and speaks logical replication.
 */
public final class TestPostgres {

    private static final String SUPERUSER = "postgres";
    private static final int ORIGINS_APART_FROM_SLOTS = 18;
    private static final Duration STEP_TIMEOUT = Duration.ofMinutes(2);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Map<String, Pool> POOLS = new ConcurrentHashMap<>();

    private TestPostgres() {}

    private static final class Server {
        private static final Vertx VERTX = Vertx.vertx();
        private static final TestCertificate CERTIFICATE = TestCertificate.make();
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                // Before PostgreSQL 18, origins in use are counted among the slots.
                boolean apart = major() >= ORIGINS_APART_FROM_SLOTS;
                EmbeddedPostgres.Builder builder =
                        EmbeddedPostgres.builder().setServerConfig("max_replication_slots", apart ? "20" : "84");
                if (apart) {
                    builder.setServerConfig("max_active_replication_origins", "64");
                }
                EmbeddedPostgres started = builder.setServerConfig("wal_level", "logical")
                        .setServerConfig("max_wal_senders", "20")
                        .setServerConfig("max_connections", "200")
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("track_activity_query_size", "16kB")
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .setServerConfig("ssl", "on")
                        .setServerConfig(
                                "ssl_cert_file", CERTIFICATE.certificate().toString())
                        .setServerConfig("ssl_key_file", CERTIFICATE.key().toString())
                        .setLocaleConfig("locale", "C.UTF-8")
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(TestPostgres::stop, "stop-test-postgres"));
                return started;
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
        }
    }

    private static void stop() {
        try {
            Server.POSTGRES.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Major version of the server. */
    public static int major() {
        String version = System.getProperty("stack.postgresql.version", "18");
        return Integer.parseInt(version.replaceFirst("\\..*", ""));
    }

    /** Address of the server; it listens on 127.0.0.1. */
    public static int port() {
        return Server.POSTGRES.getPort();
    }

    /** The certificate of the server, which encrypts sessions that ask for it. */
    public static Path certificate() {
        return Server.CERTIFICATE.certificate();
    }

    /** Creates an empty database whose name begins with {@code name} and is not used by any other test; answers its name. */
    public static String freshDatabase(String name) {
        return copyOf("template1", name);
    }

    /** The same, as a copy of a database that nobody is connected to. */
    static String copyOf(String template, String name) {
        String database = name + "_" + NUMBER.incrementAndGet();
        execute("postgres", "CREATE DATABASE \"" + database + "\" TEMPLATE \"" + template + "\"");
        return database;
    }

    /** A pool of the superuser on this database; the same for the same database. */
    public static Pool pool(String database) {
        return pool(database, SUPERUSER);
    }

    /** A pool of the given role, which needs no password; the same for the same arguments. */
    public static Pool pool(String database, String user) {
        return POOLS.computeIfAbsent(user + '@' + database, key -> newPool(database, user));
    }

    private static Pool newPool(String database, String user) {
        return PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(8))
                .connectingTo(connectOptions(database, user))
                .using(Server.VERTX)
                .build();
    }

    /** Connect options for tests that need a pool or connection of their own. */
    public static PgConnectOptions connectOptions(String database, String user) {
        return new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port())
                .setDatabase(database)
                .setUser(user)
                .setPassword("unused")
                .setCachePreparedStatements(false);
    }

    /** The Vert.x instance that the pools run on. */
    public static Vertx vertx() {
        return Server.VERTX;
    }

    /** Runs statements, several at once if need be, as superuser. */
    public static void execute(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("in " + database + ": " + e.getMessage(), e);
        }
    }

    /** A JDBC connection as superuser, for tests that play the application; the caller closes it. */
    public static Connection connect(String database) throws SQLException {
        return Server.POSTGRES.getDatabase(SUPERUSER, database).getConnection();
    }

    /** How long a test waits for one asynchronous step before it gives up. */
    public static Duration stepTimeout() {
        return STEP_TIMEOUT;
    }
}
