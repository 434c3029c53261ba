package dev.godwit.cli.flight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Another service: it has a Kafka client and docs/reference/asyncapi.yaml, and nothing else of Godwit. */
final class EventClient implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final String COMMANDS = "godwit.commands";

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;

    EventClient(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A message in binary mode. */
    record Event(String key, String type, String id, JsonNode data, ConsumerRecord<byte[], byte[]> message) {
        static Event of(ConsumerRecord<byte[], byte[]> message) {
            JsonNode data;
            try {
                data = message.value() == null ? JSON.missingNode() : JSON.readTree(message.value());
            } catch (IOException notJson) {
                data = JSON.missingNode();
            }
            return new Event(
                    message.key() == null ? "" : new String(message.key(), StandardCharsets.UTF_8),
                    header(message, "ce_type"),
                    header(message, "ce_id"),
                    data,
                    message);
        }

        String header(String name) {
            return header(message, name);
        }

        private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
            Header header = message.headers().lastHeader(name);
            return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
        }
    }

    /** Publishes a command in binary mode, under an id of its own, which is answered. */
    String command(String type, String key, Map<String, ?> data) {
        return command(UUID.randomUUID().toString(), type, key, data);
    }

    String command(String id, String type, String key, Map<String, ?> data) {
        try {
            return command(id, type, key, JSON.writeValueAsBytes(data));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    String command(String id, String type, String key, byte[] data) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(COMMANDS, bytes(key), data);
        message.headers()
                .add("ce_specversion", bytes("1.0"))
                .add("ce_id", bytes(id))
                .add("ce_type", bytes(type))
                .add("ce_source", bytes("/test/other-service"))
                .add("content-type", bytes("application/json"));
        send(message);
        return id;
    }

    /** Publishes bytes without a header. */
    void noise(String key, byte[] value) {
        send(new ProducerRecord<>(COMMANDS, bytes(key), value));
    }

    private void send(ProducerRecord<byte[], byte[]> message) {
        try {
            producer.send(message).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything on the topic up to now that the caller wants. */
    List<Event> read(String topic, Predicate<Event> wanted) {
        List<Event> events = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> {
                    Event event = Event.of(message);
                    if (wanted.test(event)) {
                        events.add(event);
                    }
                });
            }
        }
        return events;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
