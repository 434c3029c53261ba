package dev.godwit.audit.inbox;

import dev.godwit.audit.config.AuditConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The way of a polled batch from Kafka into the database.
 *
 * <p><b>Failure semantics:</b> a poll is acknowledged only when every message is stored or a dead letter. While the
 * database or the broker is away it goes on trying, with growing pauses and no last try; meanwhile {@link #trouble} says why. A message that the
 * database refuses for its content becomes a dead letter without holding up its neighbours.
 *
 * @param <T> what a message is read as
 */
final class Lane<T> {

    private final String name;
    private final Function<ConsumerRecord<byte[], byte[]>, ? extends T> reader;
    private final Function<List<T>, Uni<Void>> store;
    private final DeadLetters deadLetters;
    private final AuditConfig.Inbox config;
    private final MeterRegistry metrics;
    private final IngestSpans spans;
    private final int writers;
    private final AtomicReference<String> trouble = new AtomicReference<>();
    private final Deque<CompletableFuture<Boolean>> inHand = new ConcurrentLinkedDeque<>();
    private volatile CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);

    Lane(
            String name,
            Function<ConsumerRecord<byte[], byte[]>, ? extends T> reader,
            Function<List<T>, Uni<Void>> store,
            DeadLetters deadLetters,
            AuditConfig.Inbox config,
            MeterRegistry metrics,
            IngestSpans spans,
            int writers) {
        this.name = name;
        this.reader = reader;
        this.store = store;
        this.deadLetters = deadLetters;
        this.config = config;
        this.metrics = metrics;
        this.spans = spans;
        this.writers = writers;
    }

    /** What keeps the lane from going on; empty while it flows. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble.get());
    }

    /**
     * Completes when the poll is read and there is a writer for it: so one is read while others are written. Runs on: workers. One poll at a time comes
     * in here.
     */
    Uni<Void> accept(Message<ConsumerRecords<byte[], byte[]>> poll) {
        return Uni.createFrom()
                .item(() -> Polled.<T>of(poll.getPayload(), reader))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .call(this::writerIsFree)
                .invoke(polled -> {
                    last = store(polled, poll, last);
                    inHand.addLast(last);
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> writerIsFree() {
        return inHand.size() < writers
                ? Uni.createFrom().item(true)
                : Uni.createFrom().completionStage(inHand.removeFirst());
    }

    /** Goes on by itself. Polls are stored beside each other and acknowledged one after the other: an offset stands for all before it, so after one that was refused none is acknowledged. */
    private CompletableFuture<Boolean> store(
            Polled<T> polled, Message<ConsumerRecords<byte[], byte[]>> poll, CompletableFuture<Boolean> before) {
        return spans.within(poll.getPayload(), () -> bury(polled.undecoded()).chain(() -> storeAll(polled.decoded())))
                .invoke(() -> trouble.set(null))
                .chain(() -> Uni.createFrom().completionStage(before))
                .chain(whole -> whole
                        ? acknowledge(poll)
                        : refuse(poll, new IllegalStateException("the poll before it was not stored")))
                .onFailure()
                .recoverWithUni(failure -> refuse(poll, failure))
                .subscribeAsCompletionStage();
    }

    private static Uni<Boolean> acknowledge(Message<ConsumerRecords<byte[], byte[]>> poll) {
        return Uni.createFrom().completionStage(poll.ack()).replaceWith(true);
    }

    private static Uni<Boolean> refuse(Message<ConsumerRecords<byte[], byte[]>> poll, Throwable failure) {
        return Uni.createFrom().completionStage(poll.nack(failure)).replaceWith(false);
    }

    private Uni<Void> storeAll(List<Decoded<T>> batch) {
        if (batch.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<T> events = batch.stream().map(Decoded::event).toList();
        return persistently(() -> store.apply(events))
                .onFailure(DatabaseFailures::isDataRefused)
                .recoverWithUni(refused -> storeInHalves(batch, refused));
    }

    /** Narrows a refusal down to the message that causes it. */
    private Uni<Void> storeInHalves(List<Decoded<T>> batch, Throwable refused) {
        if (batch.size() == 1) {
            return bury(
                    List.of(new Undecoded(batch.get(0).message(), "refused by the database: " + refused.getMessage())));
        }
        int middle = batch.size() / 2;
        return storeAll(batch.subList(0, middle)).chain(() -> storeAll(batch.subList(middle, batch.size())));
    }

    private Uni<Void> bury(List<Undecoded> messages) {
        return Multi.createFrom()
                .iterable(messages)
                .onItem()
                .transformToUniAndConcatenate(this::bury)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> bury(Undecoded poison) {
        InboxLog.deadLetter(
                poison.message().topic(),
                poison.message().partition(),
                poison.message().offset(),
                poison.reason());
        return persistently(() -> deadLetters.send(poison.message(), poison.reason()))
                .invoke(() -> metrics.counter(
                                "godwit.audit.dead.letters",
                                "topic",
                                poison.message().topic())
                        .increment());
    }

    private Uni<Void> persistently(Supplier<Uni<Void>> work) {
        return Uni.createFrom()
                .deferred(work::get)
                .onFailure(failure -> !DatabaseFailures.isDataRefused(failure))
                .invoke(this::note)
                .onFailure(failure -> !DatabaseFailures.isDataRefused(failure))
                .retry()
                .withBackOff(config.retryInitial(), config.retryMax())
                .withJitter(0.3)
                .indefinitely();
    }

    private void note(Throwable failure) {
        if (trouble.getAndSet(String.valueOf(failure.getMessage())) == null) {
            InboxLog.laneWaits(name, String.valueOf(failure.getMessage()));
        }
    }
}
