package dev.godwit.migration.testing;

import java.util.Locale;
import java.util.Map;
import org.testcontainers.kafka.KafkaContainer;

/** A broker as its own image runs it. */
final class KafkaInContainer {

    private KafkaInContainer() {}

    /** Starts it, to end with the JVM; answers its {@code host:port}. */
    static String start(Map<String, String> settings) {
        KafkaContainer container = new KafkaContainer(Containers.image("GODWIT_KAFKA_IMAGE", "apache/kafka:4.2.1"));
        settings.forEach((name, value) ->
                container.addEnv("KAFKA_" + name.replace('.', '_').toUpperCase(Locale.ROOT), value));
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop, "stop-test-kafka"));
        return container.getBootstrapServers();
    }
}
