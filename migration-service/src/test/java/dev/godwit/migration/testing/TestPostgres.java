package dev.godwit.migration.testing;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One PostgreSQL server per test JVM, 18 unless {@code -Dstack.postgresql.version} names another one, started when first asked for and stopped with the JVM. It keeps what it promises (fsync and synchronous commit are
 * on) and speaks logical replication. It is a process, or a container: {@link Containers}.
 */
public final class TestPostgres {

    private static final int ORIGINS_APART_FROM_SLOTS = 18;
    private static final Duration STEP_TIMEOUT = Duration.ofMinutes(2);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Map<String, Pool> POOLS = new ConcurrentHashMap<>();

    private TestPostgres() {}

    private static final class Server {
        private static final Vertx VERTX = Vertx.vertx();
        private static final TestCertificate CERTIFICATE = TestCertificate.make();
        private static final PostgresServer POSTGRES = PostgresServer.start(settings(), CERTIFICATE);
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "wal_level", "logical",
                "max_wal_senders", "20",
                "max_connections", "200",
                "fsync", "on",
                "synchronous_commit", "on",
                "track_activity_query_size", "16kB"));
        // Before PostgreSQL 18, origins in use are counted among the slots.
        boolean apart = major() >= ORIGINS_APART_FROM_SLOTS;
        settings.put("max_replication_slots", apart ? "20" : "84");
        if (apart) {
            settings.put("max_active_replication_origins", "64");
        }
        return settings;
    }

    /** Major version of the server. */
    public static int major() {
        String version = System.getProperty("stack.postgresql.version", "18");
        return Integer.parseInt(version.replaceFirst("\\..*", ""));
    }

    /** Address of the server; it listens on 127.0.0.1. */
    public static int port() {
        return Server.POSTGRES.port();
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
        return pool(database, PostgresServer.SUPERUSER);
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
        return Server.POSTGRES.connect(database);
    }

    /** How long a test waits for one asynchronous step before it gives up. */
    public static Duration stepTimeout() {
        return STEP_TIMEOUT;
    }
}
