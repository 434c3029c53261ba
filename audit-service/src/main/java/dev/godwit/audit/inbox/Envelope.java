package dev.godwit.audit.inbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A CloudEvent in Kafka's binary mode: attributes in headers, data in the value. */
record Envelope(UUID id, String type, Fields data) {

    private static final ObjectReader JSON =
            new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** What the headers say. */
    record Head(UUID id, String type) {}

    static Envelope of(ConsumerRecord<byte[], byte[]> message) {
        Head head = head(message);
        return new Envelope(head.id(), head.type(), data(message.value()));
    }

    /** The headers alone, with a value that is there and may be anything. */
    static Head head(ConsumerRecord<byte[], byte[]> message) {
        if (!"1.0".equals(header(message, "ce_specversion"))) {
            throw new PoisonException("header ce_specversion is not 1.0");
        }
        String type = header(message, "ce_type");
        UUID id = uuid(header(message, "ce_id"));
        require(message, "ce_source");
        requireJson(message.headers().lastHeader("content-type"));
        if (message.value() == null) {
            throw new PoisonException("the message has no value");
        }
        return new Head(id, type);
    }

    private static void require(ConsumerRecord<byte[], byte[]> message, String name) {
        if (header(message, name).isBlank()) {
            throw new PoisonException("header " + name + " is blank");
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
        Header header = message.headers().lastHeader(name);
        if (header == null || header.value() == null || header.value().length == 0) {
            throw new PoisonException("header " + name + " is missing");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private static UUID uuid(String text) {
        // UUID.fromString is lenient; the hash covers the id as text, so only one way of writing it counts.
        if (!UUID_TEXT.matcher(text).matches()) {
            throw new PoisonException("header ce_id is not a UUID");
        }
        return UUID.fromString(text);
    }

    private static void requireJson(Header contentType) {
        if (contentType != null
                && !new String(contentType.value(), StandardCharsets.UTF_8).startsWith("application/json")) {
            throw new PoisonException("content-type is not application/json");
        }
    }

    private static Fields data(byte[] value) {
        try {
            return Fields.of(JSON.readTree(value));
        } catch (JsonProcessingException e) {
            throw new PoisonException("the value is not JSON");
        } catch (IOException e) {
            throw new PoisonException("the value is not readable");
        }
    }
}
