package dev.godwit.audit.inbox;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The span of a poll that is taken in. Its events come from many places of many traces, so that none of these is its parent: it is linked to all of them. A poll in which nothing
 * is sampled has none.
 */
@ApplicationScoped
class IngestSpans {

    private static final String HEADER = "traceparent";

    /** As many as a span keeps. */
    private static final int LINKS_MAX = 128;

    private static final TextMapGetter<Headers> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            return List.of(HEADER);
        }

        @Override
        public String get(Headers headers, String key) {
            Header header = HEADER.equals(key) ? headers.lastHeader(HEADER) : null;
            return header == null || header.value() == null
                    ? null
                    : new String(header.value(), StandardCharsets.ISO_8859_1);
        }
    };

    private final boolean on;
    private final Tracer tracer;

    @Inject
    IngestSpans(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this.on = !disabled;
        this.tracer = telemetry.getTracer("dev.godwit.audit-service");
    }

    /** Does the work within a span, if the poll deserves one. */
    <T> Uni<T> within(ConsumerRecords<byte[], byte[]> poll, Supplier<Uni<T>> work) {
        Set<SpanContext> told = on ? told(poll) : Set.of();
        if (told.isEmpty()) {
            return work.get();
        }
        ConsumerRecord<byte[], byte[]> first = poll.iterator().next();
        SpanBuilder builder = tracer.spanBuilder("process " + first.topic())
                .setSpanKind(SpanKind.CONSUMER)
                .setNoParent()
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.operation.name", "process")
                .setAttribute("messaging.destination.name", first.topic())
                .setAttribute("messaging.batch.message_count", poll.count());
        told.forEach(builder::addLink);
        Span span = builder.startSpan();
        return work.get().onTermination().invoke((item, failure, cancelled) -> end(span, failure));
    }

    /** By a code: messages of failures may quote data. */
    private static void end(Span span, Throwable failure) {
        if (failure != null) {
            span.setStatus(StatusCode.ERROR)
                    .setAttribute("error.type", failure.getClass().getSimpleName());
        }
        span.end();
    }

    private static Set<SpanContext> told(ConsumerRecords<byte[], byte[]> poll) {
        Set<SpanContext> told = new LinkedHashSet<>();
        for (ConsumerRecord<byte[], byte[]> message : poll) {
            SpanContext context = Span.fromContext(
                            W3CTraceContextPropagator.getInstance().extract(Context.root(), message.headers(), HEADERS))
                    .getSpanContext();
            if (context.isValid() && context.isSampled() && told.size() < LINKS_MAX) {
                told.add(context);
            }
        }
        return told;
    }
}
