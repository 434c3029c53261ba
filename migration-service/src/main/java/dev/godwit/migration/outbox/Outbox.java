package dev.godwit.migration.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes events into {@code godwit.outbox}, from where Debezium carries them to Kafka: an event exists if and only if its transaction committed.
 *
 * <p>Transaction: joins the caller's. Whoever hides its writes from the tail must show them again before it comes here.
 */
public final class Outbox {

    /** Life and progress of runs, keyed by run. */
    public static final String RUNS = "godwit.runs";

    /** What became of entities, one event per batch, keyed by run. */
    public static final String OUTCOMES = "godwit.outcomes";

    /** Source of an event that is published once more, long after its time: what follows from the order of events must not be concluded from it. */
    public static final String RESENT = "/godwit/migration-service/resent";

    private static final String SOURCE = "/godwit/migration-service";

    private static final String APPEND = """
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload, traceparent)
            VALUES ($1, $2, $3, $4, $5, $6, $7,
                    coalesce($8, (SELECT traceparent FROM godwit.command WHERE id = $9), (SELECT traceparent FROM godwit.run WHERE id = $6)))
            """;

    private Outbox() {}

    /**
     * What an event is traced to: a span, else the command that it answers, else what the run that is its subject belongs to.
     *
     * @param traceparent of the span
     */
    public record Cause(Optional<String> traceparent, Optional<String> commandId) {

        private static final Cause RUN = new Cause(Optional.empty(), Optional.empty());

        /** A command's answer. */
        public static Cause command(String id) {
            return new Cause(Optional.empty(), Optional.of(id));
        }
    }

    /** Appends one event with the given id. */
    static Uni<Void> append(
            SqlConnection connection,
            UUID id,
            String topic,
            String key,
            String type,
            String subject,
            JsonObject data,
            Cause cause) {
        Tuple row = Tuple.tuple()
                .addUUID(id)
                .addString(topic)
                .addBuffer(Buffer.buffer(key))
                .addString(type)
                .addString(SOURCE)
                .addString(subject)
                .addBuffer(Buffer.newInstance(data.toBuffer()))
                .addString(cause.traceparent().orElse(null))
                .addString(cause.commandId().orElse(null));
        return connection.preparedQuery(APPEND).execute(row).replaceWithVoid();
    }

    /** Appends one event with a fresh id. */
    public static Uni<Void> append(
            SqlConnection connection, String topic, String key, String type, String subject, JsonObject data) {
        return append(connection, topic, key, type, subject, data, Cause.RUN);
    }

    /** The same for an event that is traced to something else than its subject's run. */
    public static Uni<Void> append(
            SqlConnection connection,
            String topic,
            String key,
            String type,
            String subject,
            JsonObject data,
            Cause cause) {
        return append(connection, UUID.randomUUID(), topic, key, type, subject, data, cause);
    }
}
