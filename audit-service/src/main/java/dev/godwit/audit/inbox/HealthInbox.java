package dev.godwit.audit.inbox;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.health.HealthEvent;
import dev.godwit.audit.health.HealthStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Consumes godwit.health. */
@ApplicationScoped
class HealthInbox {

    private final Lane<HealthEvent> lane;
    private final HealthStore health;
    private final MeterRegistry metrics;

    HealthInbox(
            HealthStore health, DeadLetters deadLetters, AuditConfig config, MeterRegistry metrics, IngestSpans spans) {
        this.health = health;
        this.metrics = metrics;
        this.lane =
                new Lane<>("health", HealthReader::read, this::store, deadLetters, config.inbox(), metrics, spans, 1);
    }

    /** Acknowledged by the lane, after the commit. */
    @Incoming("health")
    Uni<Void> consume(Message<ConsumerRecords<byte[], byte[]>> poll) {
        return lane.accept(poll);
    }

    Lane<HealthEvent> lane() {
        return lane;
    }

    private Uni<Void> store(List<HealthEvent> events) {
        return health.store(events)
                .invoke(() -> metrics.counter("godwit.audit.events", "topic", "health")
                        .increment(events.size()))
                .replaceWithVoid();
    }
}
