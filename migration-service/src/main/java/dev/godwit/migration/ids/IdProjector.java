package dev.godwit.migration.ids;

import dev.godwit.migration.deadletter.DeadLetters;
import dev.godwit.migration.outbox.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.jboss.logging.Logger;

/**
 * Turns committed outcomes into the compacted topic of ids.
 *
 * <p>Failure semantics: a poll is acknowledged when the broker has acknowledged every record made of it; while the broker does not, it is tried again. Events that
 * cannot be read go to the dead letters. Idempotency: at least once, and a replay ends in the same map, because the topic is compacted by key and outcomes of one run
 * come in order.
 */
@ApplicationScoped
public class IdProjector {

    private static final Logger LOG = Logger.getLogger(IdProjector.class);
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);
    private static final int IN_FLIGHT_MAX = 200;

    private final MutinyEmitter<Record<byte[], byte[]>> emitter;
    private final DeadLetters deadLetters;

    @Inject
    IdProjector(@Channel("ids") MutinyEmitter<Record<byte[], byte[]>> emitter, DeadLetters deadLetters) {
        this.emitter = emitter;
        this.deadLetters = deadLetters;
    }

    @Incoming("outcomes-for-ids")
    Uni<Void> on(ConsumerRecords<byte[], byte[]> records) {
        List<Unreadable> unreadable = new ArrayList<>();
        Collection<IdChange> changes = changes(records, unreadable);
        return Uni.createFrom()
                .deferred(() -> publish(changes))
                .onFailure()
                .invoke(failure -> LOG.warnf("ids not published yet: %s", failure.getMessage()))
                .onFailure()
                .retry()
                .withBackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF)
                .indefinitely()
                .chain(() -> bury(unreadable));
    }

    private record Unreadable(ConsumerRecord<byte[], byte[]> record, String reason) {}

    // Of several changes of one key in a poll only the last is published, so that the order in flight does not matter.
    private static Collection<IdChange> changes(ConsumerRecords<byte[], byte[]> records, List<Unreadable> unreadable) {
        Map<ByteBuffer, IdChange> latest = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (isResent(record)) {
                continue;
            }
            try {
                IdProjection.of(record.value())
                        .forEach(change -> latest.put(ByteBuffer.wrap(change.recordKey()), change));
            } catch (IllegalArgumentException malformed) {
                unreadable.add(new Unreadable(record, "bad_data: " + malformed.getMessage()));
            }
        }
        return latest.values();
    }

    /** Old news: an entity may have moved on since, and what is published last would count. */
    private static boolean isResent(ConsumerRecord<byte[], byte[]> record) {
        Header source = record.headers().lastHeader("ce_source");
        return source != null && Outbox.RESENT.equals(new String(source.value(), StandardCharsets.UTF_8));
    }

    private Uni<Void> publish(Collection<IdChange> changes) {
        return Multi.createFrom()
                .iterable(changes)
                .onItem()
                .transformToUni(change -> emitter.sendMessage(message(change)))
                .merge(IN_FLIGHT_MAX)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> bury(List<Unreadable> unreadable) {
        return Multi.createFrom()
                .iterable(unreadable)
                .onItem()
                .transformToUniAndConcatenate(dead -> deadLetters.bury(dead.record(), dead.reason()))
                .onItem()
                .ignoreAsUni();
    }

    private static Message<Record<byte[], byte[]>> message(IdChange change) {
        byte[] key = change.recordKey();
        OutgoingKafkaRecordMetadata<byte[]> metadata = OutgoingKafkaRecordMetadata.<byte[]>builder()
                .withKey(key)
                .withHeaders(headers(change))
                .build();
        return Message.of(Record.of(key, change.recordValue()), Metadata.of(metadata));
    }

    private static Headers headers(IdChange change) {
        Headers headers = new RecordHeaders();
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", change.eventId().toString());
        put(headers, "ce_type", "dev.godwit.id.changed");
        put(headers, "ce_source", "/godwit/migration-service");
        put(headers, "ce_subject", change.run());
        put(headers, "ce_time", change.at());
        put(headers, "content-type", "application/json");
        return headers;
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
