package dev.godwit.audit.inbox;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.run.RunMessage;
import dev.godwit.audit.run.RunStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Consumes godwit.runs. */
@ApplicationScoped
class RunsInbox {

    private final Lane<RunMessage> lane;
    private final RunStore runs;
    private final MeterRegistry metrics;

    RunsInbox(RunStore runs, DeadLetters deadLetters, AuditConfig config, MeterRegistry metrics, IngestSpans spans) {
        this.runs = runs;
        this.metrics = metrics;
        this.lane = new Lane<>("runs", RunReader::read, this::store, deadLetters, config.inbox(), metrics, spans, 1);
    }

    /** Acknowledged by the lane, after the commit. */
    @Incoming("runs")
    Uni<Void> consume(Message<ConsumerRecords<byte[], byte[]>> poll) {
        return lane.accept(poll);
    }

    Lane<RunMessage> lane() {
        return lane;
    }

    private Uni<Void> store(List<RunMessage> messages) {
        return runs.store(messages)
                .invoke(stored -> count(messages.size(), stored))
                .replaceWithVoid();
    }

    private void count(int received, int stored) {
        metrics.counter("godwit.audit.events", "topic", "runs").increment(stored);
        metrics.counter("godwit.audit.duplicates", "topic", "runs").increment(received - stored);
    }
}
