package dev.godwit.cli.flight;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends commands to Godwit and hears what becomes of them. For one thread. */
public final class GodwitClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<String, byte[]> consumer;

    /** An event that tells of a command. */
    public record Answer(String eventId, String type, String commandId, JsonNode data) {}

    /** @param name who sends, and whose answers these are: instances of one service share it */
    public GodwitClient(String bootstrapServers, String name) {
        this.name = name;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new StringSerializer());
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "group.id",
                        name,
                        "enable.auto.commit",
                        "false",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of("godwit.runs", "godwit.outcomes"));
    }

    /** Returns when the broker has the command. Whatever went wrong, send it again with the same id: it acts once. */
    public void send(String id, String type, String migration, String data) throws Exception {
        ProducerRecord<String, String> command = new ProducerRecord<>("godwit.commands", migration, data);
        command.headers()
                .add("ce_specversion", "1.0".getBytes(UTF_8))
                .add("ce_id", id.getBytes(UTF_8))
                .add("ce_type", type.getBytes(UTF_8))
                .add("ce_source", ("/" + name).getBytes(UTF_8))
                .add("content-type", "application/json".getBytes(UTF_8));
        producer.send(command).get();
    }

    /** Answers to commands, whoever sent these; some may have been there before. */
    public List<Answer> poll(Duration patience) throws IOException {
        List<Answer> answers = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> event : consumer.poll(patience)) {
            JsonNode data = JSON.readTree(event.value());
            if (data.hasNonNull("commandId")) {
                String command = data.path("commandId").asText();
                answers.add(new Answer(header(event, "ce_id"), header(event, "ce_type"), command, data));
            }
        }
        return answers;
    }

    /** To be said when the answers of the last poll have been dealt with. */
    public void dealtWith() {
        consumer.commitSync();
    }

    private static String header(ConsumerRecord<String, byte[]> event, String name) {
        return new String(event.headers().lastHeader(name).value(), UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
