package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.audit.Chain;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills the topics with a run that never was: events of outcomes as a rekey's backfill publishes them, in chains, and the run's end. */
final class OutcomeLoad implements AutoCloseable {

    private static final int EVENTS_PER_STREAM = 20;
    private static final String MIGRATION = "bench-audit";
    private static final String TABLE = "bench.documents";

    private final KafkaProducer<byte[], byte[]> producer;
    private final SplittableRandom random;
    private final String run;
    private final String now = Instant.now().toString();
    private final StringBuilder ends = new StringBuilder();
    private volatile Exception refusal;
    private long conflicts;
    private long events;

    /** @param run its name decides its events' ids and keys: two runs have none in common */
    OutcomeLoad(String bootstrapServers, String run) {
        this.run = run;
        this.random = new SplittableRandom(run.hashCode());
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "compression.type", "lz4",
                        "linger.ms", 5,
                        "batch.size", 262_144,
                        "max.request.size", 4_194_304,
                        "buffer.memory", 67_108_864),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Events that were published. */
    long events() {
        return events;
    }

    /** Outcomes that are conflicts; all others are migrated. */
    long conflicts() {
        return conflicts;
    }

    /** Publishes so many outcomes, and the end of their run. */
    void publish(long outcomes, int perEvent) {
        long left = outcomes;
        for (int stream = 1; left > 0; stream++) {
            String name = "chunk-" + stream;
            String hash = "";
            int sequence = 0;
            while (sequence < EVENTS_PER_STREAM && left > 0) {
                sequence++;
                int size = (int) Math.min(perEvent, left);
                hash = publishEvent(name, sequence, hash, size);
                left -= size;
            }
            ends.append(ends.isEmpty() ? "" : ",")
                    .append("{\"stream\":\"%s\",\"sequence\":%d,\"hash\":\"%s\"}".formatted(name, sequence, hash));
        }
        publishEnd(outcomes);
        producer.flush();
        if (refusal != null) {
            throw Failure.failed("the broker refused an event: " + refusal.getMessage(), refusal);
        }
    }

    private String publishEvent(String stream, int sequence, String previous, int size) {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        StringBuilder json = new StringBuilder(size * 300);
        ByteArrayOutputStream leaves = new ByteArrayOutputStream(size * 32);
        long before = conflicts;
        for (int i = 0; i < size; i++) {
            json.append(i == 0 ? "" : ",");
            addOutcome(json, leaves);
        }
        String hash = HexFormat.of().formatHex(Chain.event(previous, run, stream, sequence, id, leaves.toByteArray()));
        long held = conflicts - before;
        String data = String.format(
                Locale.ROOT,
                "{\"run\":\"%s\",\"migration\":\"%s\",\"mode\":\"commit\",\"lane\":\"backfill\",\"stream\":\"%s\",\"sequence\":%d,"
                        + "\"previousHash\":\"%s\",\"hash\":\"%s\",\"batch\":%d,\"commandId\":null,\"table\":\"%s\",\"counts\":%s,"
                        + "\"at\":\"%s\",\"outcomes\":[%s]}",
                run,
                MIGRATION,
                stream,
                sequence,
                previous,
                hash,
                events + 1,
                TABLE,
                counts(size - held, held),
                now,
                json);
        send("godwit.outcomes", "dev.godwit.outcomes.recorded", id, data);
        events++;
        return hash;
    }

    private void addOutcome(StringBuilder json, ByteArrayOutputStream leaves) {
        String key = new UUID(random.nextLong(), random.nextLong()).toString();
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String salt = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        boolean conflict = random.nextInt(100) == 0;
        String newKey = conflict ? null : new UUID(random.nextLong(), random.nextLong()).toString();
        String outcome = conflict ? "conflict" : "migrated";
        String reason = conflict ? "duplicate" : null;
        conflicts += conflict ? 1 : 0;
        json.append("{\"table\":\"")
                .append(TABLE)
                .append("\",\"key\":\"")
                .append(key)
                .append("\",\"newKey\":");
        text(json, newKey);
        json.append(",\"outcome\":\"").append(outcome).append("\",\"reason\":");
        text(json, reason);
        json.append(",\"detail\":null,\"salt\":\"").append(salt).append("\"}");
        leaves.writeBytes(Chain.leaf(salt, TABLE, key, newKey, outcome, reason));
    }

    private static void text(StringBuilder json, String value) {
        if (value == null) {
            json.append("null");
        } else {
            json.append('"').append(value).append('"');
        }
    }

    private void publishEnd(long outcomes) {
        String data = String.format(
                Locale.ROOT,
                "{\"run\":\"%s\",\"migration\":\"%s\",\"operation\":\"rekey\",\"mode\":\"commit\",\"state\":\"completed\","
                        + "\"previousState\":\"verifying\",\"createdAt\":\"%s\",\"at\":\"%s\",\"version\":9,\"counts\":%s,"
                        + "\"references\":{\"translated\":0},\"streams\":[%s]}",
                run,
                MIGRATION,
                now,
                now,
                counts(outcomes - conflicts, conflicts),
                ends);
        send("godwit.runs", "dev.godwit.run.state-changed", UUID.randomUUID().toString(), data);
    }

    private static String counts(long migrated, long conflict) {
        return String.format(
                Locale.ROOT,
                "{\"migrated\":%d,\"unchanged\":0,\"skipped\":0,\"conflict\":%d,\"failed\":0,\"reverted\":0,\"diverged\":0}",
                migrated,
                conflict);
    }

    private void send(String topic, String type, String id, String data) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, utf8(run), utf8(data));
        message.headers()
                .add("ce_specversion", utf8("1.0"))
                .add("ce_id", utf8(id))
                .add("ce_type", utf8(type))
                .add("ce_source", utf8("/godwit/bench"))
                .add("ce_subject", utf8(run))
                .add("ce_time", utf8(now))
                .add("content-type", utf8("application/json"));
        Future<?> sent = producer.send(message, (metadata, failure) -> note(failure));
        assert sent != null;
    }

    private void note(Exception failure) {
        if (failure != null) {
            refusal = failure;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
