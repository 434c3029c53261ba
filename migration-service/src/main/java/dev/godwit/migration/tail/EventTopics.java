package dev.godwit.migration.tail;

import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.outbox.SentAgain;
import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Watches the topics of events and the work queue: one that was deleted and made again, or all of whose records were deleted, may have held what nobody had read. The outbox then
 * sends its events once more, and chunks are put into the queue again. Records that Kafka drops by age are no loss: they are older than what was seen a moment ago.
 */
@ApplicationScoped
public class EventTopics {

    private static final Logger LOG = Logger.getLogger(EventTopics.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final String QUEUE = "godwit.chunks";

    private static final String SEEN = "SELECT id, offsets FROM godwit.event_topic WHERE name = $1 FOR UPDATE";

    private static final String REMEMBER = """
            INSERT INTO godwit.event_topic (name, id, offsets)
            VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET id = excluded.id, offsets = excluded.offsets
            """;

    /** Makes chunks idle, and so the sweeper's; one that is being worked on is not lost. */
    private static final String NOBODY_KNOWS = """
            UPDATE godwit.chunk
               SET touched_at = '-infinity'
             WHERE ctid IN (SELECT ctid
                              FROM godwit.chunk
                             WHERE state = 'open'
                               FOR UPDATE SKIP LOCKED)
            """;

    private final Runs runs;
    private final KafkaOffsets kafka;
    private volatile Instant lookAt = Instant.MIN;

    @Inject
    EventTopics(Runs runs, KafkaOffsets kafka) {
        this.runs = runs;
        this.kafka = kafka;
    }

    /** Looks at them now and then. While Kafka does not answer, or a topic is not there, nothing is known, and the next look asks again. */
    public Uni<Void> look() {
        Instant now = Steady.now();
        if (now.isBefore(lookAt)) {
            return Uni.createFrom().voidItem();
        }
        lookAt = now.plus(EVERY);
        return Multi.createFrom()
                .items(Outbox.RUNS, Outbox.OUTCOMES, QUEUE)
                .onItem()
                .transformToUniAndConcatenate(this::look)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> look(String name) {
        return kafka.topic(name)
                .chain(topic -> runs.inTransaction(connection -> compare(connection, name, topic)))
                .onFailure()
                .invoke(failure -> LOG.debugf("Topic %s cannot be looked at: %s", name, failure.getMessage()))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    private static Uni<Void> compare(SqlConnection connection, String name, KafkaOffsets.Topic topic) {
        return connection
                .preparedQuery(SEEN)
                .execute(Tuple.of(name))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false).findFirst())
                .chain(before -> before.filter(row -> isLost(row, topic)).isPresent()
                        ? lost(connection, name)
                        : Uni.createFrom().voidItem())
                .chain(() -> connection.preparedQuery(REMEMBER).execute(Tuple.of(name, topic.id(), offsets(topic))))
                .replaceWithVoid();
    }

    private static Uni<Void> lost(SqlConnection connection, String name) {
        if (name.equals(QUEUE)) {
            LOG.warnf("Messages of %s were deleted; chunks that are not done are put there again", name);
            return connection.query(NOBODY_KNOWS).execute().replaceWithVoid();
        }
        LOG.warnf("Records of %s were deleted; events that the outbox still has are sent again", name);
        return SentAgain.all(connection);
    }

    private static boolean isLost(Row before, KafkaOffsets.Topic topic) {
        if (!before.getString("id").equals(topic.id())) {
            return true;
        }
        JsonObject offsets = before.getJsonObject("offsets");
        return topic.beginnings().entrySet().stream().anyMatch(partition -> Optional.ofNullable(
                        offsets.getJsonArray(partition.getKey().toString()))
                .filter(seen -> partition.getValue() > seen.getLong(0) && partition.getValue() >= seen.getLong(1))
                .isPresent());
    }

    private static JsonObject offsets(KafkaOffsets.Topic topic) {
        JsonObject offsets = new JsonObject();
        topic.beginnings()
                .forEach((partition, begin) -> offsets.put(
                        partition.toString(),
                        new JsonArray(List.of(begin, topic.ends().getOrDefault(partition, begin)))));
        return offsets;
    }
}
