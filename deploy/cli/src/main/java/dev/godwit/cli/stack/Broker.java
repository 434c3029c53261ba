package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** The Kafka broker (KRaft, one node) and Godwit's topics on it, or on one that is not ours. */
final class Broker {
    /** A plan's report may name many columns; the broker's own default is 1 MiB. */
    private static final String LARGEST_MESSAGE = Integer.toString(4 * 1024 * 1024);

    private static final Map<String, String> FOREVER = Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1");
    private static final Map<String, String> COMPACTED =
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    private static final short BROKERS_DEFAULT = -1;

    private static final List<Topic> TOPICS = List.of(
            new Topic("godwit.commands", 4, FOREVER),
            new Topic("godwit.chunks", 12, Map.of()),
            new Topic("godwit.changes", 6, FOREVER),
            new Topic("godwit.runs", 4, FOREVER),
            new Topic("godwit.outcomes", 6, FOREVER),
            new Topic("godwit.ids", 4, COMPACTED),
            new Topic("godwit.health", 1, Map.of()),
            new Topic("godwit.dead-letters", 1, Map.of()));

    private final StateDirectory state;
    private final Settings settings;

    Broker(StateDirectory state, Settings settings) {
        this.state = state;
        this.settings = settings;
    }

    private record Topic(String name, int partitions, Map<String, String> configuration) {}

    Launch launch(Home home) {
        Path file = state.configuration("kafka.properties");
        PropertiesFile.write(file, properties());
        List<String> command =
                JavaCommand.withHeap("256m").logging().main(home.stackClassPath(), BrokerMain.class.getName(), file);
        return new Launch(
                Component.KAFKA,
                command,
                Map.of(),
                state.log(Component.KAFKA),
                properties().toString());
    }

    private Map<String, String> properties() {
        Ports ports = settings.ports();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(BrokerMain.CLUSTER_ID, settings.clusterId());
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@" + Ports.LOOPBACK + ":" + ports.kafkaController());
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put(
                "listeners",
                "PLAINTEXT://" + Ports.LOOPBACK + ":" + ports.kafka() + ",CONTROLLER://" + Ports.LOOPBACK + ":"
                        + ports.kafkaController());
        properties.put("advertised.listeners", "PLAINTEXT://" + Ports.LOOPBACK + ":" + ports.kafka());
        properties.put("log.dirs", state.data("kafka").toString());
        // A topic that was deleted comes back as we make it: a broker would make it of one partition, and what
        // producers hold for the others would wait for ever.
        properties.put("auto.create.topics.enable", "false");
        properties.put("default.replication.factor", "1");
        properties.put("min.insync.replicas", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "4");
        properties.put("offsets.retention.minutes", "525600"); // a stack may stay down for long
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "4");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // A killed broker is let in again only when its former session has run out.
        properties.put("broker.session.timeout.ms", "3000");
        properties.put("broker.heartbeat.interval.ms", "500");
        // The default buffer alone would fill half of the small heap.
        properties.put("log.cleaner.dedupe.buffer.size", "16777216");
        return properties;
    }

    /** True when a broker answers at the address; waits at most two seconds. */
    boolean answers() {
        try (Admin admin = admin(2_000)) {
            return !admin.describeCluster().nodes().get(3, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /**
     * Creates the topics that are missing; those that exist stay as they are.
     *
     * @return what is wrong with those that exist, a sentence each
     */
    List<String> createTopics() {
        try (Admin admin = admin(30_000)) {
            Set<String> present = admin.listTopics().names().get();
            Collection<NewTopic> missing = new ArrayList<>();
            for (Topic topic : TOPICS) {
                if (!present.contains(topic.name())) {
                    Map<String, String> configuration = new HashMap<>(topic.configuration());
                    configuration.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, LARGEST_MESSAGE);
                    missing.add(new NewTopic(topic.name(), topic.partitions(), BROKERS_DEFAULT).configs(configuration));
                }
            }
            admin.createTopics(missing).all().get();
            return narrow(admin, present);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw Failure.failed("cannot create Godwit's topics on " + settings.bootstrapServers() + ": "
                        + e.getCause().getMessage());
            }
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /** A broker that makes topics by itself makes them so when somebody deletes ours. */
    private static List<String> narrow(Admin admin, Set<String> present)
            throws ExecutionException, InterruptedException {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        TOPICS.stream()
                .filter(topic -> present.contains(topic.name()))
                .forEach(topic -> wanted.put(topic.name(), topic.partitions()));
        return admin.describeTopics(wanted.keySet()).allTopicNames().get().values().stream()
                .filter(topic -> topic.partitions().size() < wanted.get(topic.name()))
                .map(topic -> String.format(
                        "topic %s has %d of %d partitions; if it had more before, what was sent to those waits for ever:"
                                + " `my run is stuck` in the documentation says what to do",
                        topic.name(), topic.partitions().size(), wanted.get(topic.name())))
                .sorted()
                .toList();
    }

    /** Whether there are topics of all these names. */
    boolean has(Collection<String> topics) {
        try (Admin admin = admin(30_000)) {
            return admin.listTopics().names().get().containsAll(topics);
        } catch (ExecutionException e) {
            throw Failure.failed("cannot list the topics of " + settings.bootstrapServers() + ": "
                    + e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    private Admin admin(int timeoutMillis) {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMillis,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                timeoutMillis,
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                200));
    }
}
