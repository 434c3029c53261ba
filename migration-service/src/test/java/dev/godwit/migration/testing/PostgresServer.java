package dev.godwit.migration.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A PostgreSQL server on a port of 127.0.0.1 that trusts everybody and shows a certificate to whoever asks for encryption. */
record PostgresServer(int port, Closeable server) {

    static final String SUPERUSER = "postgres";

    /** Run by the image, as the user of the server: it takes its key only from a file that nobody else can read, and trusts no standby by itself. */
    private static final String PREPARE = """
            install -m 600 /etc/godwit/server.crt /etc/godwit/server.key "$PGDATA"
            printf "ssl = on\\nssl_cert_file = 'server.crt'\\nssl_key_file = 'server.key'\\n" >> "$PGDATA/postgresql.conf"
            echo "host replication all all trust" >> "$PGDATA/pg_hba.conf"
            """;

    static PostgresServer start(Map<String, String> settings, TestCertificate certificate) {
        try {
            PostgresServer started =
                    Containers.wanted() ? container(settings, certificate) : process(settings, certificate);
            Runtime.getRuntime().addShutdownHook(new Thread(started::stop, "stop-test-postgres"));
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    private static PostgresServer process(Map<String, String> settings, TestCertificate certificate)
            throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("ssl", "on")
                .setServerConfig("ssl_cert_file", certificate.certificate().toString())
                .setServerConfig("ssl_key_file", certificate.key().toString())
                .setLocaleConfig("locale", "C.UTF-8");
        settings.forEach(builder::setServerConfig);
        EmbeddedPostgres started = builder.start();
        return new PostgresServer(started.getPort(), started);
    }

    private static PostgresServer container(Map<String, String> settings, TestCertificate certificate)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("postgres"));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        PostgreSQLContainer container = new PostgreSQLContainer(
                        Containers.image("GODWIT_POSTGRES_IMAGE", "postgres:" + TestPostgres.major()))
                .withUsername(SUPERUSER)
                .withDatabaseName(SUPERUSER)
                .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withEnv("POSTGRES_INITDB_ARGS", "--locale=C.UTF-8")
                .withCopyToContainer(
                        Transferable.of(Files.readAllBytes(certificate.certificate())), "/etc/godwit/server.crt")
                .withCopyToContainer(Transferable.of(Files.readAllBytes(certificate.key())), "/etc/godwit/server.key")
                .withCopyToContainer(Transferable.of(PREPARE), "/docker-entrypoint-initdb.d/prepare.sh")
                .withCommand(command.toArray(String[]::new))
                .waitingFor(Wait.forListeningPort());
        container.start();
        PostgresServer started =
                new PostgresServer(container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT), container::stop);
        // The port is open before the server lets anybody in.
        Awaitility.await().ignoreExceptions().until(started::answers);
        return started;
    }

    private boolean answers() throws SQLException {
        try (Connection connection = connect(SUPERUSER)) {
            return connection.isValid(1);
        }
    }

    /** A session of the superuser; the caller closes it. */
    Connection connect(String database) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(SUPERUSER);
        return source.getConnection();
    }

    private void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
