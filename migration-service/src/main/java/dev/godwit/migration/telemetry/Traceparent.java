package dev.godwit.migration.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The place of a span in its trace, as W3C Trace Context writes it: what rows, messages and requests carry. */
public final class Traceparent {

    /** The name of the header. */
    public static final String HEADER = "traceparent";

    /** The same as an attribute of a CloudEvent in binary mode. */
    private static final String EXTENSION = "ce_traceparent";

    private static final TextMapPropagator FORMAT = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<String> ALONE = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String text) {
            return List.of(HEADER);
        }

        @Override
        public String get(String text, String key) {
            return HEADER.equals(key) ? text : null;
        }
    };

    private Traceparent() {}

    /** Of a span; empty for one that stands for none. */
    public static Optional<String> of(Span span) {
        Map<String, String> carrier = new LinkedHashMap<>();
        FORMAT.inject(Context.root().with(span), carrier, Map::put);
        return Optional.ofNullable(carrier.get(HEADER));
    }

    /** Of whoever sent a message. What is none is left out where it is read. */
    public static Optional<String> of(Headers headers) {
        return header(headers, HEADER).or(() -> header(headers, EXTENSION));
    }

    private static Optional<String> header(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.ISO_8859_1));
    }

    /** What a text names; invalid when it is no traceparent. */
    static SpanContext read(String text) {
        return Span.fromContext(FORMAT.extract(Context.root(), text, ALONE)).getSpanContext();
    }
}
