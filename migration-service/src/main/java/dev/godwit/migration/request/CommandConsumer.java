package dev.godwit.migration.request;

import dev.godwit.migration.deadletter.DeadLetters;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.Rejection;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.series.SeriesService;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.telemetry.Spans;
import dev.godwit.migration.telemetry.Traceparent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * The lane of commands from Kafka, worked off one by one.
 *
 * <p>Failure semantics: a command that cannot be read goes to the dead letters; one that cannot be done is rejected by an event and remembered; while the database
 * cannot be reached the lane waits and tries again, and drops nothing; anything else goes to the dead letters, so that no message ever stops the lane. A message is
 * acknowledged when the last of this is done.
 *
 * <p>Idempotency: a command whose id was handled before is acknowledged without effect.
 */
@ApplicationScoped
public class CommandConsumer {

    private static final Logger LOG = Logger.getLogger(CommandConsumer.class);
    private static final double JITTER = 0.5;

    /** What persists so long is not contention; the dead letter says what it is. */
    private static final int CONTENTION_ATTEMPTS_MAX = 10;

    private final RunService runs;
    private final SeriesService series;
    private final Rejections rejections;
    private final DeadLetters deadLetters;
    private final CommandsConfig config;
    private final Spans spans;

    @Inject
    CommandConsumer(
            RunService runs,
            SeriesService series,
            Rejections rejections,
            DeadLetters deadLetters,
            CommandsConfig config,
            Spans spans) {
        this.runs = runs;
        this.series = series;
        this.rejections = rejections;
        this.deadLetters = deadLetters;
        this.config = config;
        this.spans = spans;
    }

    @Incoming("commands")
    Uni<Void> on(ConsumerRecord<byte[], byte[]> record) {
        SpanBuilder processing = Spans.ofMessage(
                        spans.named("process " + record.topic(), SpanKind.CONSUMER, Traceparent.of(record.headers())),
                        record.topic())
                .setAttribute("messaging.destination.partition.id", Integer.toString(record.partition()))
                .setAttribute("messaging.kafka.offset", record.offset());
        return spans.within(processing, span -> handle(record, span));
    }

    private Uni<Void> handle(ConsumerRecord<byte[], byte[]> record, Span span) {
        return Uni.createFrom()
                .deferred(() -> read(record, span))
                .onFailure(failure -> PgErrors.classify(failure) == ErrorClass.CONTENTION)
                .retry()
                .withBackOff(config.firstBackOff(), config.longestBackOff())
                .withJitter(JITTER)
                .atMost(CONTENTION_ATTEMPTS_MAX)
                .onFailure(CommandConsumer::isUnavailable)
                .invoke(failure -> LOG.warnf(
                        "command waits for the database, topic=%s, partition=%d, offset=%d: %s",
                        record.topic(), record.partition(), record.offset(), PgErrors.describe(failure)))
                .onFailure(CommandConsumer::isUnavailable)
                .retry()
                .withBackOff(config.firstBackOff(), config.longestBackOff())
                .withJitter(JITTER)
                .indefinitely()
                .onFailure()
                .recoverWithUni(failure -> poison(record, failure, span));
    }

    private static boolean isUnavailable(Throwable failure) {
        return PgErrors.classify(failure) == ErrorClass.UNAVAILABLE;
    }

    private Uni<Void> read(ConsumerRecord<byte[], byte[]> record, Span span) {
        Envelope envelope;
        try {
            envelope = Envelope.read(record);
        } catch (Refusal unreadable) {
            Spans.fail(span, unreadable.code());
            return deadLetters.bury(record, reason(unreadable.code(), unreadable.getMessage()));
        }
        span.setAttribute("messaging.message.id", envelope.id()).setAttribute("godwit.command", envelope.type());
        return rejections
                .isHandled(envelope.id())
                .chain(handled -> handled ? already(envelope) : act(record, envelope, span));
    }

    private static Uni<Void> already(Envelope envelope) {
        LOG.debugf("command was handled before, commandId=%s", envelope.id());
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> act(ConsumerRecord<byte[], byte[]> record, Envelope envelope, Span span) {
        Optional<StrictObject> data = Optional.empty();
        Command command;
        try {
            data = Optional.of(envelope.data().read());
            command = CommandReader.read(envelope.type(), envelope.id(), envelope.requester(), data.get());
        } catch (Refusal malformed) {
            return refuseMalformed(record, envelope, rejection(envelope, data, malformed), span);
        }
        Optional<StrictObject> read = data;
        return execute(command, Traceparent.of(span))
                .onFailure(Refusal.class)
                .recoverWithUni(failure -> reject(rejection(envelope, read, failure), span));
    }

    private Uni<Void> execute(Command command, Optional<String> traceparent) {
        if (command instanceof Command.Start start) {
            return runs.start(start.start().within(traceparent)).replaceWithVoid();
        }
        if (command instanceof Command.Migrate migrate) {
            return runs.migrate(
                            migrate.commandId(),
                            migrate.migration(),
                            migrate.keys(),
                            migrate.requestedBy(),
                            traceparent)
                    .replaceWithVoid();
        }
        if (command instanceof Command.StartSeries start) {
            return series.start(start.start().within(traceparent)).replaceWithVoid();
        }
        Command.Change change = (Command.Change) command;
        return runs.command(
                        change.command(),
                        change.run(),
                        change.commandId(),
                        change.requestedBy(),
                        change.reason(),
                        traceparent)
                .replaceWithVoid();
    }

    private Uni<Void> reject(Rejection rejection, Span span) {
        Spans.fail(span, rejection.code());
        LOG.infof(
                "command rejected, commandId=%s, type=%s, code=%s",
                rejection.commandId(), rejection.type(), rejection.code());
        return rejections.write(rejection, Traceparent.of(span));
    }

    // Its sender is told too, since the id could be read. Told first: a crash in between repeats both, and the telling
    // is idempotent.
    private Uni<Void> refuseMalformed(
            ConsumerRecord<byte[], byte[]> record, Envelope envelope, Rejection rejection, Span span) {
        Spans.fail(span, rejection.code());
        String reason = reason(rejection.code(), rejection.message());
        LOG.infof("command malformed, commandId=%s, reason=%s", envelope.id(), reason);
        return rejections
                .tell(rejection, origin(record), Traceparent.of(span))
                .chain(() -> deadLetters.bury(record, reason));
    }

    private Uni<Void> poison(ConsumerRecord<byte[], byte[]> record, Throwable failure, Span span) {
        Spans.fail(span, "internal_error");
        LOG.errorf(failure, "command could not be handled, %s", origin(record));
        String state =
                PgErrors.sqlState(failure).map(code -> ", SQLSTATE " + code).orElse("");
        return deadLetters.bury(
                record, reason("internal_error", failure.getClass().getSimpleName() + state));
    }

    private static Rejection rejection(Envelope envelope, Optional<StrictObject> data, Refusal refusal) {
        return new Rejection(
                envelope.id(),
                envelope.type(),
                data.flatMap(object -> object.peek("migration")),
                data.flatMap(object -> object.peek("run")),
                refusal.code(),
                refusal.getMessage(),
                envelope.requester().peek(data));
    }

    private static String origin(ConsumerRecord<byte[], byte[]> record) {
        return "topic=" + record.topic() + ", partition=" + record.partition() + ", offset=" + record.offset();
    }

    private static String reason(String code, String message) {
        return code + ": " + message;
    }
}
