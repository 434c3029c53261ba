package dev.godwit.migration.tail;

import dev.godwit.migration.run.Runs;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Where the tail goes on when partitions are assigned: at the offset that PostgreSQL has, whatever Kafka's own says. A topic that was made anew, or that no longer holds what
 * comes next, is a gap, and a gap means a re-scan, never a false "caught up".
 */
@ApplicationScoped
@Identifier("changes.positions")
public class TailPositions implements KafkaConsumerRebalanceListener {

    /** Name of the topic of changes. */
    public static final String TOPIC = "godwit.changes";

    private static final Logger LOG = Logger.getLogger(TailPositions.class);
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private static final String READ = """
            SELECT topic_id, next_offset
              FROM godwit.tail
             WHERE partition = $1
            """;

    private static final String WRITE = """
            INSERT INTO godwit.tail (partition, topic_id, next_offset)
            VALUES ($1, $2, $3)
            ON CONFLICT (partition) DO UPDATE SET topic_id = excluded.topic_id, next_offset = excluded.next_offset
            """;

    private static final String LOST = """
            UPDATE godwit.run
               SET rescan = true
             WHERE state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')
               AND mode = 'commit'
            """;

    private final Runs runs;
    private final KafkaOffsets kafka;

    @Inject
    public TailPositions(Runs runs, KafkaOffsets kafka) {
        this.runs = runs;
        this.kafka = kafka;
    }

    /** Kafka calls this on its polling thread and needs the positions before it returns: the one place that waits. */
    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> positions = positions(partitions).await().atMost(WAIT_MAX);
        positions.forEach(consumer::seek);
    }

    private Uni<Map<TopicPartition, Long>> positions(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        return kafka.topic(TOPIC)
                .chain(topic -> Multi.createFrom()
                        .iterable(List.copyOf(partitions))
                        .onItem()
                        .transformToUniAndConcatenate(partition ->
                                position(topic, partition.partition()).invoke(at -> positions.put(partition, at)))
                        .onItem()
                        .ignoreAsUni())
                .replaceWith(positions);
    }

    private Uni<Long> position(KafkaOffsets.Topic topic, int partition) {
        long beginning = topic.beginnings().getOrDefault(partition, 0L);
        long end = topic.ends().getOrDefault(partition, 0L);
        return runs.execute(READ, partition).chain(rows -> {
            if (rows.size() == 0) {
                return runs.execute(WRITE, partition, topic.id(), beginning).replaceWith(beginning);
            }
            String knownTopic = rows.iterator().next().getString("topic_id");
            long next = rows.iterator().next().getLong("next_offset");
            if (knownTopic.equals(topic.id()) && next >= beginning && next <= end) {
                return Uni.createFrom().item(next);
            }
            LOG.warnf(
                    "Partition %d of %s cannot go on at offset %d: runs in hand are re-scanned",
                    partition, TOPIC, next);
            return runs.execute(LOST)
                    .chain(() -> runs.execute(WRITE, partition, topic.id(), beginning))
                    .replaceWith(beginning);
        });
    }
}
