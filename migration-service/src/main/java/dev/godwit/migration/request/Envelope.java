package dev.godwit.migration.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.migration.run.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A CloudEvents 1.0 envelope, read from a Kafka record in binary or structured mode.
 *
 * @param id the command's id, which makes it idempotent
 * @param source who sent it; stands in where the data does not say who asked
 * @param data still unread, since a command with bad data deserves an answer that names its id
 */
record Envelope(String id, String type, String source, Data data) {

    private static final String STRUCTURED = "application/cloudevents";
    /** Largest message; it is looked at before anything of it is read. */
    private static final int BYTES_MAX = 1024 * 1024;

    private static final String ANONYMOUS = "kafka";

    /** Who asks. Whoever can write to the topic can say anything, so it stays a claim. */
    Requester requester() {
        return Requester.claimed(source);
    }

    /** The data, read when asked for. */
    @FunctionalInterface
    interface Data {
        StrictObject read();
    }

    /**
     * Reads the envelope alone.
     *
     * <p>Structured mode is told by the content type; a record without any attribute in its headers is taken for it too, so that tools that cannot set headers can
     * send commands.
     *
     * @throws Refusal with code {@code bad_envelope} or {@code bad_json}
     */
    static Envelope read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            throw refused("the message has no value");
        }
        if (record.value().length > BYTES_MAX) {
            throw refused("the message has " + record.value().length + " bytes, a command has at most " + BYTES_MAX);
        }
        String contentType = header(record, "content-type").orElse("").toLowerCase(Locale.ROOT);
        if (contentType.startsWith("application/cloudevents-batch")) {
            throw refused("batches of events are not read; send them one by one");
        }
        boolean bare = contentType.isEmpty() && header(record, "ce_specversion").isEmpty();
        return contentType.startsWith(STRUCTURED) || bare ? structured(record) : binary(record, contentType);
    }

    private static Envelope binary(ConsumerRecord<byte[], byte[]> record, String contentType) {
        mustBeVersion1(header(record, "ce_specversion"));
        return new Envelope(
                attribute("id", header(record, "ce_id")),
                attribute("type", header(record, "ce_type")),
                header(record, "ce_source").filter(Envelope::isName).orElse(ANONYMOUS),
                () -> {
                    mustBeJson(contentType);
                    return StrictObject.of(StrictObject.read(record.value()));
                });
    }

    private static Envelope structured(ConsumerRecord<byte[], byte[]> record) {
        JsonNode event = StrictObject.read(record.value());
        if (!event.isObject()) {
            throw refused("a structured event must be a JSON object");
        }
        mustBeVersion1(text(event, "specversion"));
        return new Envelope(
                attribute("id", text(event, "id")),
                attribute("type", text(event, "type")),
                text(event, "source").filter(Envelope::isName).orElse(ANONYMOUS),
                () -> {
                    mustBeJson(text(event, "datacontenttype").orElse("").toLowerCase(Locale.ROOT));
                    return StrictObject.of(event.has("data_base64") ? decoded(event) : event.get("data"));
                });
    }

    private static JsonNode decoded(JsonNode event) {
        try {
            return StrictObject.read(
                    Base64.getDecoder().decode(text(event, "data_base64").orElse("")));
        } catch (IllegalArgumentException malformed) {
            throw StrictObject.bad("field 'data_base64' is not Base64");
        }
    }

    private static void mustBeVersion1(Optional<String> version) {
        if (!version.equals(Optional.of("1.0"))) {
            throw refused("attribute 'specversion' must be 1.0");
        }
    }

    private static void mustBeJson(String contentType) {
        String mediaType = contentType.replaceAll(";.*", "").strip();
        if (!mediaType.isEmpty() && !mediaType.equals("application/json") && !mediaType.endsWith("+json")) {
            throw StrictObject.bad("the data must be JSON, by its content type it is not");
        }
    }

    private static String attribute(String name, Optional<String> value) {
        return value.filter(Envelope::isName)
                .orElseThrow(() -> refused("attribute '" + name + "' must be there and have 1 to "
                        + StrictObject.NAME_LENGTH_MAX + " characters"));
    }

    private static boolean isName(String value) {
        return !value.isBlank() && value.length() <= StrictObject.NAME_LENGTH_MAX && StrictObject.isStorable(value);
    }

    private static Optional<String> text(JsonNode event, String field) {
        return Optional.ofNullable(event.get(field)).map(JsonNode::textValue);
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null || header.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(header.value()))
                    .toString());
        } catch (CharacterCodingException malformed) {
            throw refused("header '" + name + "' is not UTF-8");
        }
    }

    private static Refusal refused(String message) {
        return new Refusal(Refusal.Kind.BAD_REQUEST, "bad_envelope", message);
    }
}
