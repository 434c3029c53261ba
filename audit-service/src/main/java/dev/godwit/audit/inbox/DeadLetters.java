package dev.godwit.audit.inbox;

import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Puts messages that nobody can read where somebody can look at them: the bytes as they came, and headers that say why and from where. */
@ApplicationScoped
class DeadLetters {

    private final MutinyEmitter<byte[]> emitter;

    DeadLetters(@Channel("dead-letters") MutinyEmitter<byte[]> emitter) {
        this.emitter = emitter;
    }

    /** Completes when the broker has the letter; at least once. A value that is too large for the topic is left out: it can still be read at its origin. */
    Uni<Void> send(ConsumerRecord<byte[], byte[]> message, String reason) {
        return emitter.sendMessage(letter(message, reason, false))
                .onFailure(DeadLetters::isTooLarge)
                .recoverWithUni(() -> emitter.sendMessage(letter(message, reason, true)));
    }

    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof RecordTooLargeException || failure.getCause() instanceof RecordTooLargeException;
    }

    private static Message<byte[]> letter(ConsumerRecord<byte[], byte[]> message, String reason, boolean withoutValue) {
        Headers headers = new RecordHeaders(message.headers().toArray());
        add(headers, "dead-letter-reason", reason);
        add(headers, "dead-letter-topic", message.topic());
        add(headers, "dead-letter-partition", Integer.toString(message.partition()));
        add(headers, "dead-letter-offset", Long.toString(message.offset()));
        if (withoutValue) {
            add(headers, "dead-letter-omitted-bytes", Integer.toString(message.value().length));
        }
        OutgoingKafkaRecordMetadata<byte[]> metadata = OutgoingKafkaRecordMetadata.<byte[]>builder()
                .withKey(message.key())
                .withHeaders(headers)
                .build();
        return Message.of(withoutValue ? null : message.value()).addMetadata(metadata);
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
