package dev.godwit.migration.tail;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What Kafka knows of the topic of changes: its id, and where its partitions begin and end. */
@Singleton
public class KafkaOffsets {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    private static final int TIMEOUT_MILLIS = 5000;

    private final Admin admin;

    /** @param client settings of all Kafka clients, such as those of TLS; those that an admin client does not know are left out */
    @Inject
    public KafkaOffsets(@Identifier("default-kafka-broker") Map<String, Object> client) {
        this.admin = Admin.create(settings(client));
    }

    static Map<String, Object> settings(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.keySet().retainAll(AdminClientConfig.configNames());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return settings;
    }

    @PreDestroy
    void close() {
        admin.close(CLOSE_WITHIN);
    }

    /**
     * A topic as it is now.
     *
     * @param id changes when the topic is deleted and made again
     * @param ends next offset per partition
     */
    public record Topic(String id, Map<Integer, Long> beginnings, Map<Integer, Long> ends) {}

    /** Looks the topic up. */
    public Uni<Topic> topic(String name) {
        return describe(name).chain(description -> offsets(description, OffsetSpec.earliest())
                .chain(beginnings -> offsets(description, OffsetSpec.latest())
                        .map(ends -> new Topic(description.topicId().toString(), beginnings, ends))));
    }

    private Uni<TopicDescription> describe(String name) {
        return uni(admin.describeTopics(List.of(name)).topicNameValues().get(name));
    }

    private Uni<Map<Integer, Long>> offsets(TopicDescription topic, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = topic.partitions().stream()
                .collect(Collectors.toMap(p -> new TopicPartition(topic.name(), p.partition()), p -> spec));
        return uni(admin.listOffsets(wanted).all()).map(KafkaOffsets::byPartition);
    }

    private static Map<Integer, Long> byPartition(Map<TopicPartition, ListOffsetsResultInfo> results) {
        Map<Integer, Long> offsets = new HashMap<>();
        results.forEach((partition, result) -> offsets.put(partition.partition(), result.offset()));
        return offsets;
    }

    private static <T> Uni<T> uni(KafkaFuture<T> future) {
        return Uni.createFrom().completionStage(future.toCompletionStage());
    }
}
