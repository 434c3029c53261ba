package dev.godwit.migration.chunk;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Channel;

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
        return emitter.send(Record.of(message.key(), message.toJson()));
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
