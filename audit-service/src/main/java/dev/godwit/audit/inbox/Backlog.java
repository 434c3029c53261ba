package dev.godwit.audit.inbox;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;

/** How much of what the trail is made of still lies in Kafka. */
@ApplicationScoped
public class Backlog {

    private static final List<String> CHANNELS = List.of("runs", "outcomes");

    /** A poll or two. */
    private static final long SHORT = 1_000;

    /** As long as the broker has not said how much there is. */
    private static final long UNKNOWN = 1_000_000;

    private final KafkaClientService clients;

    Backlog(KafkaClientService clients) {
        this.clients = clients;
    }

    /** Whether more than a poll or two is still to be read: what seems to be missing may be in it, and there is more urgent work than to look again at what is stored. */
    public Uni<Boolean> isLong() {
        return messages().map(messages -> messages > SHORT);
    }

    /** Messages that this instance is still to read, as far as it knows. */
    private Uni<Long> messages() {
        return Multi.createFrom()
                .iterable(CHANNELS)
                .onItem()
                .transformToUniAndConcatenate(
                        channel -> clients.getConsumer(channel).runOnPollingThread(Backlog::lag))
                .collect()
                .with(Collectors.summingLong(Long::longValue));
    }

    private static Long lag(Consumer<?, ?> consumer) {
        return consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(UNKNOWN))
                .sum();
    }
}
