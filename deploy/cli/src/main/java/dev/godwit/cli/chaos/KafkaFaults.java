package dev.godwit.cli.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What an operator's hand can do to Godwit's topics, and to those in which Connect keeps what it knows. */
final class KafkaFaults {
    private static final String OURS = "godwit.";
    private static final String OF_CONNECT = "godwit.connect.";
    private static final int PATIENCE_MILLIS = 5_000;

    private final String bootstrapServers;

    KafkaFaults(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    List<Fault> all() {
        return List.of(
                Fault.of("delete-records", this::deleteRecords),
                Fault.of("delete-topics", () -> deleteTopics(false)),
                Fault.of("delete-connect-topics", () -> deleteTopics(true)));
    }

    /** Deletes every record of Godwit's topics, but for compacted ones, of which Kafka deletes none on request. */
    private void deleteRecords() throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetSpec> partitions = admin
                    .describeTopics(names(admin, false))
                    .allTopicNames()
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .filter(topic -> !topic.name().equals("godwit.ids"))
                    .flatMap(
                            topic -> partitions(topic.name(), topic.partitions().size()))
                    .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
            Map<TopicPartition, RecordsToDelete> doomed = new HashMap<>();
            admin.listOffsets(partitions)
                    .all()
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .forEach((partition, end) -> doomed.put(partition, RecordsToDelete.beforeOffset(end.offset())));
            admin.deleteRecords(doomed).all().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static Stream<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count).mapToObj(partition -> new TopicPartition(topic, partition));
    }

    private void deleteTopics(boolean ofConnect) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(names(admin, ofConnect)).all().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }

    private static List<String> names(Admin admin, boolean ofConnect) throws Exception {
        return admin.listTopics().names().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).stream()
                .filter(name -> name.startsWith(OURS) && name.startsWith(OF_CONNECT) == ofConnect)
                .toList();
    }

    private Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                PATIENCE_MILLIS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                PATIENCE_MILLIS));
    }
}
