package dev.godwit.migration.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.testing.TestCertificate;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConnectOptionsIT {

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.closeAndAwait();
    }

    @Test
    void shouldEncryptSessionsWithTheServerThatIsMeant() {
        assertThat(isEncrypted("127.0.0.1", "verify-full", TestPostgres.certificate()))
                .isTrue();
        assertThat(isEncrypted("127.0.0.1", "disable", TestPostgres.certificate()))
                .isFalse();
    }

    @Test
    void shouldTalkToNoServerOfAnotherNameOrAuthority() {
        assertThatThrownBy(() -> isEncrypted("localhost", "verify-full", TestPostgres.certificate()))
                .hasStackTraceContaining("SSL handshake failed");
        assertThatThrownBy(() -> isEncrypted(
                        "127.0.0.1", "verify-full", TestCertificate.make().certificate()))
                .hasStackTraceContaining("SSL handshake failed");
    }

    /** What application.properties says where no file of authorities is named; the server's is none of the platform's. */
    @Test
    void shouldAskThePlatformWhomToTrustWhereNothingIsSaid() {
        String url =
                "jdbc:postgresql://127.0.0.1:" + TestPostgres.port() + "/postgres?user=postgres&sslmode=verify-full&";

        assertThatThrownBy(
                        () -> DriverManager.getConnection(url + "sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"))
                .hasStackTraceContaining("unable to find valid certification path");
        assertThatThrownBy(() -> DriverManager.getConnection(url + "sslrootcert="))
                .as("an empty name is the name of a file")
                .hasMessageContaining("Could not open SSL root certificate file");
        assertThatThrownBy(() -> isEncrypted("127.0.0.1", "verify-full", Path.of("")))
                .as("whom to trust is said")
                .hasStackTraceContaining("SSL handshake failed");
    }

    private static boolean isEncrypted(String host, String mode, Path authority) {
        GodwitConfig.Database database = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(GodwitConfig.class)
                .withDefaultValues(Map.of(
                        "godwit.database.host",
                        host,
                        "godwit.database.port",
                        Integer.toString(TestPostgres.port()),
                        "godwit.database.name",
                        "postgres",
                        "godwit.database.user",
                        "postgres",
                        "godwit.database.password",
                        "postgres",
                        "godwit.database.ssl-mode",
                        mode,
                        "godwit.database.ca-file",
                        authority.toString()))
                .build()
                .getConfigMapping(GodwitConfig.class)
                .database();
        PgConnection connection = PgConnection.connectAndAwait(VERTX, ConnectOptions.of(database));
        try {
            return connection
                    .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                    .executeAndAwait()
                    .iterator()
                    .next()
                    .getBoolean("ssl");
        } finally {
            connection.closeAndAwait();
        }
    }
}
