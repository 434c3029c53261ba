package dev.godwit.migration.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Sends events that are still in the outbox once more: each row is taken out and put in again as it was, its id included, so that whoever knows it drops it. Only
 * its source says that it is told again.
 *
 * <p>Transaction: one for a piece of the run's events. Idempotency: sent twice is known twice. Failure semantics: nothing of the piece was sent.
 */
@ApplicationScoped
public class OutboxResend {

    /** So many events are looked at in one piece, and at most sent: 50 MiB. */
    private static final int PIECE = 200;

    private static final OffsetDateTime BEFORE_ALL = OffsetDateTime.parse("1970-01-01T00:00:00Z");
    private static final UUID FIRST_ID = new UUID(0, 0);
    private static final JsonFactory JSON = new JsonFactory();

    /** Beginning of the event: the names of its stream and place stand there. Events may be written a little before the time that the run's row carries. */
    private static final String PIECE_OF_RUN = """
            SELECT id, time, substring(payload FROM 1 FOR 4096) AS head
              FROM godwit.outbox
             WHERE subject = $1
               AND topic = $2
               AND time >= coalesce((SELECT created_at FROM godwit.run WHERE id = $1) - interval '1 minute', '-infinity')
               AND (time, id) > ($3, $4)
             ORDER BY time, id
             LIMIT $5
            """;

    /** The connector passes over the row that goes; the one that comes is an event like any other. */
    private static final String SEND_AGAIN = """
            WITH taken AS (
                DELETE FROM godwit.outbox
                 WHERE id = ANY ($1)
             RETURNING id, topic, key, type, subject, time, specversion, contenttype, payload, traceparent)
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, time, specversion, contenttype, payload, traceparent)
            SELECT id, topic, key, type, $2, subject, time, specversion, contenttype, payload, traceparent
              FROM taken
             ORDER BY time, id
            """;

    private final WorkerSessions sessions;

    @Inject
    public OutboxResend(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    /** Sends the next piece of what is wanted. */
    public Uni<Resend.Answer> send(Resend wanted) {
        return sessions.inTransaction(connection -> connection
                .preparedQuery(PIECE_OF_RUN)
                .execute(piece(wanted))
                .map(rows -> {
                    List<Row> piece = new ArrayList<>(rows.rowCount());
                    rows.forEach(piece::add);
                    return piece;
                })
                .chain(piece -> send(connection, wanted, piece)));
    }

    private static Tuple piece(Resend wanted) {
        return Tuple.of(
                wanted.run(),
                wanted.kind().topic(),
                wanted.after().map(Resend.Place::time).orElse(BEFORE_ALL),
                wanted.after().map(Resend.Place::id).orElse(FIRST_ID),
                PIECE);
    }

    private static Uni<Resend.Answer> send(SqlConnection connection, Resend wanted, List<Row> piece) {
        List<UUID> ids = new ArrayList<>();
        List<Resend.Sent> sent = new ArrayList<>();
        for (Row row : piece) {
            Resend.Sent event = read(row.getBuffer("head").getBytes());
            if (wanted.wants(event)) {
                ids.add(row.getUUID("id"));
                sent.add(event);
            }
        }
        Resend.Answer answer = new Resend.Answer(List.copyOf(sent), next(piece));
        return ids.isEmpty()
                ? Uni.createFrom().item(answer)
                : connection
                        .preparedQuery(SEND_AGAIN)
                        .execute(Tuple.of(ids.toArray(UUID[]::new), Outbox.RESENT))
                        .replaceWith(answer);
    }

    private static Optional<Resend.Place> next(List<Row> piece) {
        if (piece.size() < PIECE) {
            return Optional.empty();
        }
        Row last = piece.get(piece.size() - 1);
        return Optional.of(new Resend.Place(last.getOffsetDateTime("time"), last.getUUID("id")));
    }

    /** Reads no further than to both names; the rest of the event may be cut off. */
    private static Resend.Sent read(byte[] head) {
        String stream = "";
        long sequence = 0;
        try (JsonParser parser = JSON.createParser(head)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Resend.Sent(stream, sequence);
            }
            while ((stream.isEmpty() || sequence == 0) && parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("stream")) {
                    stream = parser.getValueAsString("");
                } else if (name.equals("sequence")) {
                    sequence = parser.getValueAsLong();
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException cutOff) {
            return new Resend.Sent(stream, sequence);
        }
        return new Resend.Sent(stream, sequence);
    }
}
