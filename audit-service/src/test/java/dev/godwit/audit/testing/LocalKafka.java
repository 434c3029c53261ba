package dev.godwit.audit.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.testcontainers.kafka.KafkaContainer;

/** A broker of its own inside this process or in a container ({@link Containers}), with Godwit's topics. */
final class LocalKafka implements AutoCloseable {

    /** One node is enough for every topic that the broker makes for itself. */
    private static final Map<String, String> SETTINGS = Map.of(
            "offsets.topic.replication.factor", "1",
            "offsets.topic.num.partitions", "4",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1",
            "group.initial.rebalance.delay.ms", "0",
            "log.cleaner.dedupe.buffer.size", "16777216");

    private final Runnable stop;
    private final String bootstrapServers;

    private LocalKafka(Runnable stop, String bootstrapServers) {
        this.stop = stop;
        this.bootstrapServers = bootstrapServers;
    }

    static LocalKafka start(Path directory) throws IOException, ExecutionException, InterruptedException {
        LocalKafka kafka = Containers.wanted() ? container() : process(directory);
        kafka.createTopics();
        return kafka;
    }

    private static LocalKafka container() {
        KafkaContainer container = new KafkaContainer(Containers.image("GODWIT_KAFKA_IMAGE", "apache/kafka:4.2.1"));
        SETTINGS.forEach((name, value) ->
                container.addEnv("KAFKA_" + name.replace('.', '_').toUpperCase(Locale.ROOT), value));
        container.start();
        return new LocalKafka(container::stop, container.getBootstrapServers());
    }

    private static LocalKafka process(Path directory) throws IOException {
        int broker = freePort();
        int controller = freePort();
        Properties properties = properties(directory, broker, controller);
        Path file = directory.resolve("server.properties");
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        StorageTool.execute(
                new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString(), "--ignore-formatted"
                },
                silent);
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        server.startup();
        return new LocalKafka(
                () -> {
                    server.shutdown();
                    server.awaitShutdown();
                },
                "127.0.0.1:" + broker);
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        stop.run();
    }

    private void createTopics() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers))) {
            admin.createTopics(List.of(
                            new NewTopic("godwit.runs", 4, (short) 1),
                            new NewTopic("godwit.outcomes", 6, (short) 1),
                            new NewTopic("godwit.health", 1, (short) 1),
                            new NewTopic("godwit.dead-letters", 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static Properties properties(Path directory, int broker, int controller) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                "1",
                "controller.quorum.voters",
                "1@127.0.0.1:" + controller,
                "listeners",
                "PLAINTEXT://127.0.0.1:" + broker + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners",
                "PLAINTEXT://127.0.0.1:" + broker,
                "controller.listener.names",
                "CONTROLLER",
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
                "log.dirs",
                directory.resolve("data").toString()));
        properties.putAll(SETTINGS);
        return properties;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
