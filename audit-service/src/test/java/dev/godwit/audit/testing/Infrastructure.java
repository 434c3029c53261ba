package dev.godwit.audit.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** One PostgreSQL and one broker for all tests of the module. */
public class Infrastructure implements QuarkusTestResourceLifecycleManager {

    private Path directory;
    private PostgresServer postgres;
    private LocalKafka kafka;
    private Neighbours neighbours;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("audit-it");
            postgres = PostgresServer.start();
            createDatabase();
            kafka = LocalKafka.start(directory);
            neighbours = Neighbours.start();
        } catch (IOException | SQLException | ExecutionException e) {
            throw new IllegalStateException("the test's servers did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the test's servers started", e);
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("godwit.audit.database.host", "127.0.0.1");
        settings.put("godwit.audit.database.port", Integer.toString(postgres.port()));
        settings.put("godwit.audit.database.name", "audit");
        settings.put("godwit.audit.database.user", "audit");
        settings.put("godwit.audit.database.password", "audit");
        settings.put("test.superuser.url", postgres.url("audit"));
        settings.put("test.maintenance.url", postgres.url("postgres"));
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("godwit.auth.tokens", TestTokens.entries());
        settings.put("godwit.auth.session-key", "0123456789abcdef0123456789abcdef");
        settings.put("godwit.auth.migration-token", "token-for-migration-service");
        settings.put("godwit.migration.url", neighbours.url());
        settings.put("godwit.alert.webhook.url", neighbours.url() + Neighbours.WEBHOOK);
        settings.put("godwit.alert.webhook.secret", Neighbours.SECRET);
        settings.put("godwit.alert.webhook.retry-initial", "PT0.2S");
        settings.put("test.neighbours.url", neighbours.url());
        return settings;
    }

    @Override
    public void stop() {
        if (neighbours != null) {
            neighbours.close();
        }
        if (kafka != null) {
            kafka.close();
        }
        try {
            if (postgres != null) {
                postgres.close();
            }
            if (directory != null) {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.url("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE audit LOGIN PASSWORD 'audit'");
            statement.execute("CREATE DATABASE audit OWNER audit");
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
