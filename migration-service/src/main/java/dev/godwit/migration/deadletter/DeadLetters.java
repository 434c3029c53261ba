package dev.godwit.migration.deadletter;

import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.jboss.logging.Logger;

/**
 * Puts messages that cannot be handled on the dead-letter topic: the original bytes and headers, and headers that say why and where from.
 *
 * <p>Failure semantics: tried until the broker has acknowledged it; the caller acknowledges its own message only after that. Idempotency: none, a message that is
 * read twice may be buried twice.
 */
@ApplicationScoped
public class DeadLetters {

    /** Header: code and sentence. */
    public static final String REASON = "dead-letter-reason";
    /** Header: where the message came from. */
    public static final String TOPIC = "dead-letter-topic";
    /** Header: where the message came from. */
    public static final String PARTITION = "dead-letter-partition";
    /** Header: where the message came from. */
    public static final String OFFSET = "dead-letter-offset";
    /** Header: size of a value that was too large to be carried along; it can still be read at its origin. */
    public static final String OMITTED_BYTES = "dead-letter-omitted-bytes";

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);
    private static final int REASON_LENGTH_MAX = 1000;

    private final MutinyEmitter<Record<byte[], byte[]>> emitter;

    @Inject
    DeadLetters(@Channel("dead-letters") MutinyEmitter<Record<byte[], byte[]>> emitter) {
        this.emitter = emitter;
    }

    /** Buries a message; completes when the broker has it. The reason must not quote the message's contents. */
    public Uni<Void> bury(ConsumerRecord<byte[], byte[]> record, String reason) {
        LOG.warnf(
                "dead letter, topic=%s, partition=%d, offset=%d, reason=%s",
                record.topic(), record.partition(), record.offset(), reason);
        return Uni.createFrom()
                .deferred(() -> emitter.sendMessage(message(record, reason, false)))
                .onFailure(DeadLetters::isTooLarge)
                .recoverWithUni(() -> emitter.sendMessage(message(record, reason, true)))
                .onFailure()
                .invoke(failure -> LOG.warnf("dead letter not written yet: %s", failure.getMessage()))
                .onFailure()
                .retry()
                .withBackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF)
                .indefinitely();
    }

    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof RecordTooLargeException || failure.getCause() instanceof RecordTooLargeException;
    }

    private static Message<Record<byte[], byte[]>> message(
            ConsumerRecord<byte[], byte[]> record, String reason, boolean withoutValue) {
        Headers headers = new RecordHeaders(record.headers());
        put(headers, REASON, reason.length() > REASON_LENGTH_MAX ? reason.substring(0, REASON_LENGTH_MAX) : reason);
        put(headers, TOPIC, record.topic());
        put(headers, PARTITION, Integer.toString(record.partition()));
        put(headers, OFFSET, Long.toString(record.offset()));
        byte[] value = record.value();
        if (withoutValue) {
            put(headers, OMITTED_BYTES, Integer.toString(value.length));
            value = null;
        }
        OutgoingKafkaRecordMetadata<byte[]> metadata = OutgoingKafkaRecordMetadata.<byte[]>builder()
                .withKey(record.key())
                .withHeaders(headers)
                .build();
        return Message.of(Record.of(record.key(), value), Metadata.of(metadata));
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
