package dev.godwit.migration.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.awaitility.Awaitility;

/** A real Kafka in KRaft mode, one node in this JVM on loopback or in a container ({@link Containers}), with the topics of Godwit. Started once for all tests of the JVM. */
public final class TestKafka {

    private static final Map<String, Integer> PARTITIONS = Map.of(
            "godwit.commands", 4,
            "godwit.chunks", 12,
            "godwit.changes", 6,
            "godwit.runs", 4,
            "godwit.outcomes", 6,
            "godwit.ids", 4,
            "godwit.health", 1,
            "godwit.dead-letters", 1);

    /** One node is enough for every topic that the broker makes for itself. */
    private static final Map<String, String> SETTINGS = Map.of(
            "auto.create.topics.enable", "false",
            "offsets.topic.replication.factor", "1",
            "offsets.topic.num.partitions", "4",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1",
            "group.initial.rebalance.delay.ms", "0",
            "log.cleaner.dedupe.buffer.size", "16777216");

    private TestKafka() {}

    private static final class Server {
        private static final String BOOTSTRAP = start();
    }

    /** Where sessions are encrypted, and only who has a certificate and proves his name by a password gets in; of a broker in a process. */
    private static final class Secure {
        private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";
        private static final TestCertificate CERTIFICATE = TestCertificate.make();
        private static final Path OWN = own();
        private static final int PORT = port();

        /** Certificate and key in one file, as Kafka reads them. */
        private static Path own() {
            try {
                String both = Files.readString(CERTIFICATE.key()) + Files.readString(CERTIFICATE.certificate());
                return Files.writeString(CERTIFICATE.key().resolveSibling("own.pem"), both);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private static int port() {
            try {
                return freePort();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** What the broker and its clients are told alike: whom they trust, and who they are. */
        private static Map<String, String> certificates() {
            Map<String, String> settings = new HashMap<>(trust());
            settings.put("ssl.keystore.type", "PEM");
            settings.put("ssl.keystore.location", OWN.toString());
            return settings;
        }

        /** What a client proves its name with. */
        private static Map<String, String> login(String password) {
            return Map.of(
                    "security.protocol",
                    "SASL_SSL",
                    "sasl.mechanism",
                    "PLAIN",
                    "sasl.jaas.config",
                    LOGIN + " username=\"" + PasswordOfTests.NAME + "\" password=\"" + password + "\";");
        }

        private static Map<String, String> trust() {
            return Map.of(
                    "ssl.truststore.type",
                    "PEM",
                    "ssl.truststore.location",
                    CERTIFICATE.certificate().toString());
        }
    }

    /** {@code host:port} of the running broker. */
    public static String bootstrapServers() {
        return Server.BOOTSTRAP;
    }

    /** What a client is told so that the secured listener takes it: settings of Kafka's clients. */
    public static Map<String, String> secured() {
        return secured(Secure.certificates(), PasswordOfTests.PASSWORD);
    }

    /** The same for a client that trusts the broker, knows the password, and has no certificate. */
    public static Map<String, String> securedWithoutCertificate() {
        return secured(Secure.trust(), PasswordOfTests.PASSWORD);
    }

    /** The same for a client that has a certificate and does not know the password. */
    public static Map<String, String> securedWithoutPassword() {
        return secured(Secure.certificates(), "guessed");
    }

    private static Map<String, String> secured(Map<String, String> certificates, String password) {
        if (Containers.wanted() || bootstrapServers().isEmpty()) {
            throw new IllegalStateException("only a broker in a process has a secured listener");
        }
        Map<String, String> settings = new HashMap<>(certificates);
        settings.putAll(Secure.login(password));
        settings.put("bootstrap.servers", "127.0.0.1:" + Secure.PORT);
        return settings;
    }

    private static String start() {
        String bootstrap = Containers.wanted() ? KafkaInContainer.start(SETTINGS) : process();
        createTopics(bootstrap);
        return bootstrap;
    }

    private static String process() {
        try {
            Path directory = Files.createTempDirectory("godwit-test-kafka");
            int brokerPort = freePort();
            Properties properties = properties(directory, brokerPort, freePort());
            format(directory, properties);
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
            server.startup();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, directory), "stop-test-kafka"));
            return "127.0.0.1:" + brokerPort;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Properties properties(Path directory, int brokerPort, int controllerPort) {
        Properties properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        String forClients = "BROKER://127.0.0.1:" + brokerPort + ",SECURE://127.0.0.1:" + Secure.PORT;
        properties.put("listeners", forClients + ",CONTROLLER://127.0.0.1:" + controllerPort);
        properties.put("advertised.listeners", forClients);
        properties.put("listener.security.protocol.map", "BROKER:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT");
        Secure.certificates().forEach((name, value) -> properties.put("listener.name.secure." + name, value));
        properties.put("listener.name.secure.ssl.client.auth", "required");
        properties.put("listener.name.secure.sasl.enabled.mechanisms", "PLAIN");
        properties.put("listener.name.secure.plain.sasl.jaas.config", Secure.LOGIN + ";");
        properties.put(
                "listener.name.secure.plain.sasl.server.callback.handler.class", PasswordOfTests.class.getName());
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("inter.broker.listener.name", "BROKER");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        properties.put("log.dirs", directory.resolve("data").toString());
        properties.putAll(SETTINGS);
        return properties;
    }

    private static void format(Path directory, Properties properties) throws IOException {
        Path file = directory.resolve("server.properties");
        List<String> lines = new ArrayList<>();
        properties.forEach((name, value) -> lines.add(name + "=" + value));
        Files.write(file, lines);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String[] arguments = {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString(), "--ignore-formatted"
        };
        int exitCode = StorageTool.execute(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
        if (exitCode != 0) {
            throw new IllegalStateException("formatting failed: " + said.toString(StandardCharsets.UTF_8));
        }
    }

    private static void createTopics(String bootstrap) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            List<NewTopic> topics = new ArrayList<>();
            PARTITIONS.forEach((name, partitions) -> topics.add(new NewTopic(name, partitions, (short) 1)
                    .configs(name.equals("godwit.ids") ? Map.of("cleanup.policy", "compact") : Map.of())));
            admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("topics could not be created", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Deletes a topic with all that is in it and makes it anew; the new one has another id. */
    public static void recreate(String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
            Awaitility.await().ignoreExceptions().until(() -> {
                admin.createTopics(List.of(new NewTopic(topic, PARTITIONS.get(topic), (short) 1)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
                return true;
            });
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("topic " + topic + " could not be made anew", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static void stop(KafkaRaftServer server, Path directory) {
        server.shutdown();
        server.awaitShutdown();
        try (var files = Files.walk(directory)) {
            for (Path path :
                    files.sorted((first, second) -> second.compareTo(first)).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
