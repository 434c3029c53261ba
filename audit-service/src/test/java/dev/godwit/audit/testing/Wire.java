package dev.godwit.audit.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The broker as others see it. */
public final class Wire implements AutoCloseable {

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;

    /** Connects. */
    public Wire(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Publishes in this order and waits until the broker has them. */
    public void publish(TestEvent... events) {
        for (TestEvent event : events) {
            publish(event.message());
        }
    }

    /** Publishes many in this order, and waits until the broker has them all. */
    public void publishAll(List<TestEvent> events) {
        List<Future<RecordMetadata>> sent =
                events.stream().map(event -> producer.send(event.message())).toList();
        sent.forEach(Wire::await);
    }

    /** Publishes any message and waits until the broker has it. */
    public void publish(ProducerRecord<byte[], byte[]> message) {
        await(producer.send(message));
    }

    private static void await(Future<RecordMetadata> sent) {
        try {
            RecordMetadata stored = sent.get();
            if (!stored.hasOffset()) {
                throw new IllegalStateException("the broker gave a message no offset");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker refused a message", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    /** Every dead letter there is now. */
    public List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        TopicPartition partition = new TopicPartition("godwit.dead-letters", 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(letters::add);
            }
            return letters;
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
