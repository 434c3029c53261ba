package dev.godwit.migration.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/**
 * What migration-service needs around it, for a {@code @QuarkusTest}: an empty database of its own on a real PostgreSQL, and a real Kafka with the topics of
 * Godwit. Tests reach both by the configuration properties that are set here.
 */
public class KafkaAndPostgres implements QuarkusTestResourceLifecycleManager {

    private String migrations = "src/test/resources/api-migrations";
    private boolean secured;

    /** Arguments: {@code migrations}, the directory of definitions; {@code secured}, whether sessions with Kafka are encrypted and both sides prove who they are. */
    @Override
    public void init(Map<String, String> arguments) {
        migrations = arguments.getOrDefault("migrations", migrations);
        secured = Boolean.parseBoolean(arguments.get("secured"));
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "godwit.database.ssl-mode",
                "verify-full",
                "godwit.database.ca-file",
                TestPostgres.certificate().toString(),
                "godwit.database.host",
                "127.0.0.1",
                "godwit.database.port",
                Integer.toString(TestPostgres.port()),
                "godwit.database.name",
                TestPostgres.freshDatabase("service"),
                "godwit.database.user",
                "postgres",
                "godwit.database.password",
                "postgres",
                "godwit.migrations.directory",
                migrations));
        Map<String, String> kafka =
                secured ? TestKafka.secured() : Map.of("bootstrap.servers", TestKafka.bootstrapServers());
        kafka.forEach((name, value) -> settings.put("kafka." + name, value));
        return settings;
    }

    /** Both servers end with the JVM, so that the next test class need not wait for them. */
    @Override
    public void stop() {}
}
