package dev.godwit.migration.telemetry;

import dev.godwit.migration.sql.PgErrors;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Makes spans. Each is as short as what one message or step takes, and its parent is the command that asked for the work, so that a trace grows with its run and no span lasts as
 * long as one. Spans name runs, chunks and counts; never keys or values.
 *
 * <p>Who is off makes spans that are none: they have no {@code traceparent}, and nobody hears of them.
 */
@ApplicationScoped
public class Spans {

    private static final String SCOPE = "dev.godwit.migration-service";

    private static final Tracer NOBODYS = OpenTelemetry.noop().getTracer(SCOPE);

    private final Tracer tracer;
    private final boolean on;

    /** An SDK that is disabled still hands out ids, which would be written and lead nowhere: so it is not asked. */
    @Inject
    Spans(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this.on = !disabled;
        this.tracer = disabled ? NOBODYS : telemetry.getTracer(SCOPE);
    }

    /** Makes none. */
    public static Spans off() {
        return new Spans(OpenTelemetry.noop(), true);
    }

    /** A span to be, of the trace that the parent names; of its own when there is none. */
    public SpanBuilder named(String name, SpanKind kind, Optional<String> parent) {
        SpanBuilder builder = tracer.spanBuilder(name).setSpanKind(kind);
        SpanContext context = parent.map(Traceparent::read).orElse(SpanContext.getInvalid());
        return on && context.isValid()
                ? builder.setParent(Context.root().with(Span.wrap(context)))
                : builder.setNoParent();
    }

    /** A span to be of what a run does; none when the command that it obeyed was not traced, or each would be a trace of its own. */
    public SpanBuilder part(String name, SpanKind kind, Optional<String> command) {
        return command.isPresent()
                ? named(name, kind, command)
                : NOBODYS.spanBuilder(name).setNoParent();
    }

    /** A span to be says that it is the work on a message of a topic. */
    public static SpanBuilder ofMessage(SpanBuilder builder, String topic) {
        return builder.setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.operation.name", "process")
                .setAttribute("messaging.destination.name", topic);
    }

    /** Points from a span to be to another one that had to do with it. */
    public static SpanBuilder link(SpanBuilder builder, Optional<String> other) {
        SpanContext context = other.map(Traceparent::read).orElse(SpanContext.getInvalid());
        return context.isValid() ? builder.addLink(context) : builder;
    }

    /** The span of the request that is answered now. */
    public Optional<String> current() {
        return on ? Traceparent.of(Span.current()) : Optional.empty();
    }

    /** Does work within a span, which ends with it. What is logged meanwhile on the same context carries the span's ids. */
    public <T> Uni<T> within(SpanBuilder builder, Function<Span, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            Span span = builder.startSpan();
            if (!span.getSpanContext().isValid()) {
                return work.apply(span);
            }
            Scope scope = enter(span);
            return Uni.createFrom()
                    .deferred(() -> work.apply(span))
                    .onTermination()
                    .invoke((item, failure, cancelled) -> {
                        if (failure != null) {
                            fail(span, PgErrors.sqlState(failure).orElseGet(() -> failure.getClass()
                                    .getSimpleName()));
                        }
                        span.end();
                        scope.close();
                    });
        });
    }

    /** Contexts that messages and requests have to themselves keep what is current; a thread that several share must not. */
    @SuppressWarnings("MustBeClosedChecker") // closed when the work has ended, which is not when this returns
    private static Scope enter(Span span) {
        return VertxContext.isOnDuplicatedContext() ? Context.root().with(span).makeCurrent() : Scope.noop();
    }

    /** Marks what a span stands for as failed, by a code: messages of failures may quote data. */
    public static void fail(Span span, String code) {
        span.setStatus(StatusCode.ERROR).setAttribute("error.type", code);
    }
}
