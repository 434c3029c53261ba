package dev.godwit.migration.chunk;

import dev.godwit.migration.telemetry.Traceparent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/**
 * Puts chunks into the work queue. Losing a message costs time, never work: chunks live in PostgreSQL, and idle ones are put into the queue again.
 */
@ApplicationScoped
public class ChunkQueue {

    private final MutinyEmitter<Record<String, String>> emitter;

    @Inject
    public ChunkQueue(@Channel("chunks-out") MutinyEmitter<Record<String, String>> emitter) {
        this.emitter = emitter;
    }

    /** Sends one message; completes when Kafka has it. */
    public Uni<Void> put(ChunkMessage message) {
        return emitter.sendMessage(Message.of(Record.of(message.key(), message.toJson()), headers(message)));
    }

    private static Metadata headers(ChunkMessage message) {
        Headers headers = new RecordHeaders();
        message.traceparent()
                .ifPresent(trace -> headers.add(Traceparent.HEADER, trace.getBytes(StandardCharsets.US_ASCII)));
        return Metadata.of(
                OutgoingKafkaRecordMetadata.builder().withHeaders(headers).build());
    }

    /** Sends messages; completes when Kafka has all of them. */
    public Uni<Void> putAll(List<ChunkMessage> messages) {
        return Multi.createFrom()
                .iterable(messages)
                .onItem()
                .transformToUniAndMerge(this::put)
                .onItem()
                .ignoreAsUni();
    }
}
