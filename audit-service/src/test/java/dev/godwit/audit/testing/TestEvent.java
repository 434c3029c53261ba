package dev.godwit.audit.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** An event that is about to be published. */
public record TestEvent(UUID id, String topic, String key, String type, ObjectNode data) {

    /** Somebody says that a migration was applied elsewhere, or takes that back. */
    public static TestEvent stamp(String migration, String state) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("migration", migration)
                .put("state", state)
                .put("definitionHash", "sha256:" + "ab".repeat(32))
                .put("requestedBy", "anna")
                .put("reason", "in March")
                .put("commandId", "c-1")
                .put("at", "2026-11-21T10:00:00Z");
        return new TestEvent(UUID.randomUUID(), "godwit.runs", migration, "dev.godwit.migration.stamped", data);
    }

    /** A round of measures of a migration: one measure of Godwit's own, one query that could not be asked. */
    public static TestEvent health(String migration, long turn, Instant at, double wrongKeys) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("migration", migration)
                .put("definitionHash", "sha256:" + "ab".repeat(32))
                .put("instance", "migration-service-2")
                .put("turn", turn)
                .put("at", at.toString())
                .put("everySeconds", 30)
                .put("state", "critical");
        ArrayNode measures = data.putArray("measures");
        measure(measures, "wrong-keys", true)
                .put("unit", "ratio")
                .put("value", wrongKeys)
                .put("state", "critical")
                .put("worse", "higher")
                .put("warn", 0)
                .put("critical", 0.5)
                .put("read", 10_000)
                .put("of", 123_456);
        measure(measures, "hits", false)
                .put("unit", "percent")
                .putNull("value")
                .put("state", "unknown")
                .put("worse", "lower")
                .put("warn", 99)
                .put("critical", 90)
                .put("reason", "refused")
                .put("detail", "PostgreSQL says: <no>");
        return new TestEvent(UUID.randomUUID(), "godwit.health", migration, "dev.godwit.health.measured", data);
    }

    private static ObjectNode measure(ArrayNode measures, String name, boolean builtIn) {
        return measures.addObject().put("name", name).put("builtIn", builtIn).put("millis", 3);
    }

    /** The event as a message in CloudEvents' binary mode. */
    public ProducerRecord<byte[], byte[]> message() {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, utf8(key), utf8(data.toString()));
        message.headers()
                .add("ce_specversion", utf8("1.0"))
                .add("ce_id", utf8(id.toString()))
                .add("ce_type", utf8(type))
                .add("ce_source", utf8("/godwit/migration-service"))
                .add("ce_subject", utf8(key))
                .add("ce_time", utf8("2026-11-21T10:00:00Z"))
                .add("content-type", utf8("application/json"));
        return message;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
