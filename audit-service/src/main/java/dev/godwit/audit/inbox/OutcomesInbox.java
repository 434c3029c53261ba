package dev.godwit.audit.inbox;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.trail.Ingested;
import dev.godwit.audit.trail.OutcomeEvent;
import dev.godwit.audit.trail.TrailStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Consumes godwit.outcomes. */
@ApplicationScoped
class OutcomesInbox {

    private final Lane<OutcomeEvent> lane;
    private final TrailStore trail;
    private final MeterRegistry metrics;

    OutcomesInbox(
            TrailStore trail, DeadLetters deadLetters, AuditConfig config, MeterRegistry metrics, IngestSpans spans) {
        this.trail = trail;
        this.metrics = metrics;
        this.lane = new Lane<>(
                "outcomes",
                OutcomeReader::read,
                this::store,
                deadLetters,
                config.inbox(),
                metrics,
                spans,
                config.inbox().writers());
    }

    /** Acknowledged by the lane, after the commit. */
    @Incoming("outcomes")
    Uni<Void> consume(Message<ConsumerRecords<byte[], byte[]>> poll) {
        return lane.accept(poll);
    }

    Lane<OutcomeEvent> lane() {
        return lane;
    }

    private Uni<Void> store(List<OutcomeEvent> events) {
        return Uni.createFrom()
                .item(Unchecked.supplier(() -> trail.store(events)))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .invoke(this::count)
                .replaceWithVoid();
    }

    private void count(Ingested ingested) {
        metrics.counter("godwit.audit.events", "topic", "outcomes").increment(ingested.events());
        metrics.counter("godwit.audit.duplicates", "topic", "outcomes").increment(ingested.duplicates());
        metrics.counter("godwit.audit.outcomes").increment(ingested.outcomes());
        metrics.counter("godwit.audit.findings").increment(ingested.findings());
        if (ingested.findings() > 0) {
            InboxLog.chainDoesNotFit(ingested.findings());
        }
    }
}
