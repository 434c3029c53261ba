package dev.godwit.migration.request;

import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.run.Rejection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of commands that were refused: remembered by id, and told by an event through the outbox.
 *
 * <p>Transaction: each method is one statement, so the record and its event exist together or not at all.
 */
@ApplicationScoped
public class Rejections {

    private static final String IS_HANDLED = """
            SELECT EXISTS (SELECT FROM godwit.command WHERE id = $1)
            """;

    /** Zero rows: the command was handled before, and its answer is out already. */
    private static final String RECORD_AND_TELL = """
              WITH recorded AS (
                   INSERT INTO godwit.command (id, type, code, message, traceparent)
                   VALUES ($1, $2, $3, $4, $11)
                       ON CONFLICT (id) DO NOTHING
                RETURNING id)
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload, traceparent)
            SELECT $5, $6, $7, $8, '/godwit/migration-service', $9, $10, $11
              FROM recorded
            """;

    /** Zero rows: this very message was told about before. */
    private static final String TELL = """
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload, traceparent)
            VALUES ($1, $2, $3, $4, '/godwit/migration-service', $5, $6, $7)
                ON CONFLICT (id) DO NOTHING
            """;

    private final Pool pool;

    @Inject
    Rejections(Pool pool) {
        this.pool = pool;
    }

    /** Whether a command with this id was done or rejected before. */
    Uni<Boolean> isHandled(String commandId) {
        return pool.preparedQuery(IS_HANDLED)
                .execute(Tuple.of(commandId))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Records a refused command and tells its sender. Idempotency: by command id. */
    Uni<Void> write(Rejection rejection, Optional<String> traceparent) {
        Tuple row = Tuple.tuple()
                .addString(rejection.commandId())
                .addString(rejection.type())
                .addString(rejection.code())
                .addString(rejection.message())
                .addUUID(UUID.randomUUID())
                .addString(Outbox.RUNS)
                .addBuffer(Buffer.buffer(rejection.key()))
                .addString(Rejection.EVENT)
                .addString(rejection.run().orElse(null))
                .addBuffer(Buffer.newInstance(rejection.toJson(Instant.now()).toBuffer()))
                .addString(traceparent.orElse(null));
        return pool.preparedQuery(RECORD_AND_TELL).execute(row).replaceWithVoid();
    }

    /**
     * Tells the sender of a malformed command without recording it, so that its id stays free for the corrected one. Idempotency: by {@code origin}, which names the
     * message.
     */
    Uni<Void> tell(Rejection rejection, String origin, Optional<String> traceparent) {
        UUID id = UUID.nameUUIDFromBytes((origin + ' ' + rejection.commandId()).getBytes(StandardCharsets.UTF_8));
        Tuple row = Tuple.tuple()
                .addUUID(id)
                .addString(Outbox.RUNS)
                .addBuffer(Buffer.buffer(rejection.key()))
                .addString(Rejection.EVENT)
                .addString(rejection.run().orElse(null))
                .addBuffer(Buffer.newInstance(rejection.toJson(Instant.now()).toBuffer()))
                .addString(traceparent.orElse(null));
        return pool.preparedQuery(TELL).execute(row).replaceWithVoid();
    }
}
