package dev.godwit.migration.tail;

import dev.godwit.migration.run.Runs;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the tail goes on when partitions are assigned: at the offset that PostgreSQL has, whatever Kafka's own says. A topic that was made anew, or that no longer holds what
 * comes next, is a gap, and a gap means a re-scan, never a false "caught up".
 */
@ApplicationScoped
@Identifier("changes.positions")
public class TailPositions implements KafkaConsumerRebalanceListener {

    /** Name of the topic of changes. */
    public static final String TOPIC = "godwit.changes";

    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private static final String READ = """
            SELECT partition, topic_id, next_offset
              FROM godwit.tail
            """;

    private static final String WRITE = """
            INSERT INTO godwit.tail (partition, topic_id, next_offset)
            VALUES ($1, $2, $3)
            ON CONFLICT (partition) DO UPDATE SET topic_id = excluded.topic_id, next_offset = excluded.next_offset
            """;

    private final Runs runs;
    private final KafkaOffsets kafka;
    private final Gaps gaps;

    @Inject
    public TailPositions(Runs runs, KafkaOffsets kafka, Gaps gaps) {
        this.runs = runs;
        this.kafka = kafka;
        this.gaps = gaps;
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
        return look().chain(seen -> each(partitions, partition -> position(seen, partition.partition())));
    }

    /** Asks for one offset after the other. */
    private static <P> Uni<Map<P, Long>> each(Collection<P> partitions, Function<P, Uni<Long>> offset) {
        Map<P, Long> offsets = new HashMap<>();
        return Multi.createFrom()
                .iterable(List.copyOf(partitions))
                .onItem()
                .transformToUniAndConcatenate(
                        partition -> offset.apply(partition).invoke(at -> offsets.put(partition, at)))
                .onItem()
                .ignoreAsUni()
                .replaceWith(offsets);
    }

    private record Position(String topicId, long next) {}

    /** Positions, and the topic as it was after they were read: a position that another instance advances meanwhile is no gap. */
    private record Seen(Map<Integer, Position> positions, KafkaOffsets.Topic topic) {

        private Optional<Position> of(int partition) {
            return Optional.ofNullable(positions.get(partition));
        }

        private boolean holds(int partition, Position position) {
            return position.topicId().equals(topic.id())
                    && position.next() >= topic.beginnings().getOrDefault(partition, 0L)
                    && position.next() <= topic.ends().getOrDefault(partition, 0L);
        }
    }

    private Uni<Map<Integer, Position>> read() {
        return runs.execute(READ).map(rows -> {
            Map<Integer, Position> positions = new HashMap<>();
            rows.forEach(row -> positions.put(
                    row.getInteger("partition"), new Position(row.getString("topic_id"), row.getLong("next_offset"))));
            return positions;
        });
    }

    private Uni<Seen> look() {
        return read().chain(positions -> kafka.topic(TOPIC).map(topic -> new Seen(positions, topic)));
    }

    private Uni<Long> position(Seen seen, int partition) {
        long beginning = seen.topic().beginnings().getOrDefault(partition, 0L);
        Optional<Position> known = seen.of(partition);
        if (known.isEmpty()) {
            return runs.execute(WRITE, partition, seen.topic().id(), beginning).replaceWith(beginning);
        }
        return seen.holds(partition, known.get())
                ? Uni.createFrom().item(known.get().next())
                : moveTo(seen.topic(), partition, known, beginning).replaceWith(beginning);
    }

    private Uni<Void> moveTo(KafkaOffsets.Topic topic, int partition, Optional<Position> known, long offset) {
        String expected = known.map(position -> Long.toString(position.next())).orElse("?");
        return runs.inTransaction(connection -> gaps.found(
                        connection,
                        "partition " + partition + " of " + TOPIC + " goes on at offset " + offset + " instead of "
                                + expected)
                .chain(() -> connection.preparedQuery(WRITE).execute(Tuple.of(partition, topic.id(), offset)))
                .replaceWithVoid());
    }

    /**
     * Where partitions go on, given the first offsets that a poll brought: events before that are doubles. An offset that is missing, or a topic that was made anew under
     * the consumer, is a change that nobody will ever tell of again.
     */
    Uni<Map<Integer, Long>> next(Map<Integer, Long> firsts) {
        return read().chain(positions -> {
            boolean allGoOn = firsts.entrySet().stream()
                    .allMatch(polled -> isNext(positions.get(polled.getKey()), polled.getValue()));
            return allGoOn
                    ? Uni.createFrom().item(firsts)
                    : kafka.topic(TOPIC)
                            .map(topic -> new Seen(positions, topic))
                            .chain(seen ->
                                    each(firsts.keySet(), partition -> next(seen, partition, firsts.get(partition))));
        });
    }

    private static boolean isNext(Position known, long first) {
        return known != null && known.next() == first;
    }

    private Uni<Long> next(Seen seen, int partition, long first) {
        Optional<Position> known = seen.of(partition);
        boolean doubles = known.filter(position -> first < position.next() && seen.holds(partition, position))
                .isPresent();
        if (doubles || isNext(known.orElse(null), first)) {
            return Uni.createFrom().item(known.get().next());
        }
        return moveTo(seen.topic(), partition, known, first).replaceWith(first);
    }

    /**
     * The topic as it is now; empty when positions are not of it, in which case runs in hand are told. A consumer at the end of a topic gets no message that could show it
     * the gap, so such a position goes to the end: the scan covers what is before it.
     */
    public Uni<Optional<KafkaOffsets.Topic>> agreed() {
        return look().chain(seen -> {
            List<Integer> wrong = seen.positions().entrySet().stream()
                    .filter(entry -> seen.topic().ends().containsKey(entry.getKey())
                            && !seen.holds(entry.getKey(), entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            return Multi.createFrom()
                    .iterable(wrong)
                    .onItem()
                    .transformToUniAndConcatenate(partition -> moveTo(
                            seen.topic(),
                            partition,
                            seen.of(partition),
                            seen.topic().ends().get(partition)))
                    .onItem()
                    .ignoreAsUni()
                    .replaceWith(() -> wrong.isEmpty() ? Optional.of(seen.topic()) : Optional.empty());
        });
    }
}
