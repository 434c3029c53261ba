package dev.godwit.audit.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.awaitility.Awaitility;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A PostgreSQL server on a port of 127.0.0.1 that trusts everybody: a process, or a container ({@link Containers}). */
record PostgresServer(int port, Closeable server) implements Closeable {

    private static final String SUPERUSER = "postgres";

    static PostgresServer start() throws IOException {
        return Containers.wanted() ? container() : process();
    }

    private static PostgresServer process() throws IOException {
        EmbeddedPostgres started =
                EmbeddedPostgres.builder().setLocaleConfig("locale", "C.UTF-8").start();
        return new PostgresServer(started.getPort(), started);
    }

    private static PostgresServer container() {
        PostgreSQLContainer container = new PostgreSQLContainer(
                        Containers.image("GODWIT_POSTGRES_IMAGE", "postgres:18"))
                .withUsername(SUPERUSER)
                .withDatabaseName(SUPERUSER)
                .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withEnv("POSTGRES_INITDB_ARGS", "--locale=C.UTF-8")
                .waitingFor(Wait.forListeningPort());
        container.start();
        PostgresServer started =
                new PostgresServer(container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT), container::stop);
        // The port is open before the server lets anybody in.
        Awaitility.await().ignoreExceptions().until(started::answers);
        return started;
    }

    private boolean answers() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(SUPERUSER))) {
            return connection.isValid(1);
        }
    }

    /** Of the superuser in this database. */
    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + SUPERUSER;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
