package dev.godwit.audit.run;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Writes the events of runs, a polled batch at a time.
 *
 * <p><b>Transaction:</b> opens one for the batch. <b>Idempotency:</b> events are known by their id, and a run's row follows its newest version, in
 * whatever order they come. <b>Failure semantics:</b> nothing is stored, and the caller tries again.
 */
@ApplicationScoped
public class RunStore {

    /** No row for an event: it is known. */
    private static final String INSERT_EVENTS = """
            INSERT INTO run_event (event_id, run, version, transition, state, previous_state, reason, requested_by,
                                   progress, throttle_reason, occurred_at)
            SELECT *
              FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::text[], $10::text[], $11::timestamptz[])
                ON CONFLICT DO NOTHING
            """;

    /** No row for a rejection: it is known. */
    private static final String INSERT_REJECTIONS = """
            INSERT INTO rejection (event_id, command_id, type, migration, run, code, message, requested_by, occurred_at)
            SELECT *
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::timestamptz[])
                ON CONFLICT DO NOTHING
            """;

    /** No row for a stamp: it is known. */
    private static final String INSERT_STAMPS = """
            INSERT INTO stamp (event_id, migration, state, definition_hash, requested_by, reason, command_id, occurred_at)
            SELECT *
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
                ON CONFLICT DO NOTHING
            """;

    /** No row for a change of pace: it is known. */
    private static final String INSERT_PACES = """
            INSERT INTO run_pace (event_id, run, from_pace, from_hours, to_pace, to_hours, requested_by, reason, command_id, occurred_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT DO NOTHING
            """;

    /**
     * Zero rows: a newer version is known. Documents that later events need not repeat are kept; streams and the time of the end belong to a state, so
     * they are kept only while the state is the same.
     */
    private static final String TAKE_NEWER = """
            INSERT INTO run AS r (id, migration, operation, mode, state, previous_state, reason, requested_by, command_id, definition_hash,
                                  created_at, updated_at, ended_at, version, counts, run_references, progress, throttle_reason,
                                  plan, verification, streams, as_of)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
                ON CONFLICT (id) DO UPDATE
               SET migration = excluded.migration, operation = excluded.operation, mode = excluded.mode,
                   state = excluded.state, previous_state = excluded.previous_state, reason = excluded.reason,
                   requested_by = excluded.requested_by, command_id = excluded.command_id, definition_hash = excluded.definition_hash,
                   created_at = excluded.created_at, updated_at = excluded.updated_at,
                   ended_at = CASE WHEN excluded.state = r.state THEN least(excluded.ended_at, r.ended_at) ELSE excluded.ended_at END,
                   version = excluded.version, counts = excluded.counts, run_references = excluded.run_references,
                   progress = excluded.progress, throttle_reason = excluded.throttle_reason,
                   plan = coalesce(excluded.plan, r.plan), verification = coalesce(excluded.verification, r.verification),
                   streams = CASE WHEN excluded.state = r.state THEN coalesce(excluded.streams, r.streams) ELSE excluded.streams END,
                   as_of = coalesce(excluded.as_of, r.as_of), touched_at = clock_timestamp()
             WHERE excluded.version > r.version
            """;

    /** What an event that came late still adds to a newer one. Zero rows: nothing newer is known, so it was taken whole. */
    private static final String FILL_FROM_OLDER = """
            UPDATE run
               SET plan = coalesce(plan, $4), verification = coalesce(verification, $5), as_of = coalesce(as_of, $6),
                   streams = CASE WHEN state = $3 THEN coalesce(streams, $7) ELSE streams END,
                   ended_at = CASE WHEN state = $3 THEN least(ended_at, $8::timestamptz) ELSE ended_at END
             WHERE id = $1 AND version > $2
            """;

    private final Pool pool;

    RunStore(Pool pool) {
        this.pool = pool;
    }

    /** Stores what is new and answers how many messages were; a failure means that nothing was stored. */
    public Uni<Integer> store(List<RunMessage> messages) {
        List<RunEvent> events = only(messages, RunEvent.class).stream()
                .sorted(Comparator.comparing(RunEvent::run).thenComparingLong(RunEvent::version))
                .toList();
        List<Rejection> rejections = only(messages, Rejection.class);
        List<Stamp> stamps = only(messages, Stamp.class);
        List<PaceChange> paces = only(messages, PaceChange.class);
        return pool.withTransaction(tx -> storeEvents(tx, events)
                .chain(stored -> storePaces(tx, paces).map(more -> stored + more))
                .chain(stored -> storeRejections(tx, rejections).map(more -> stored + more))
                .chain(stored -> storeStamps(tx, stamps).map(more -> stored + more)));
    }

    private static Uni<Integer> storeEvents(SqlConnection tx, List<RunEvent> events) {
        if (events.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        List<Tuple> newer = events.stream().map(RunStore::whole).toList();
        List<Tuple> older = events.stream().map(RunStore::additions).toList();
        return tx.preparedQuery(INSERT_EVENTS)
                .execute(columns(events))
                .call(() -> tx.preparedQuery(TAKE_NEWER).executeBatch(newer))
                .call(() -> tx.preparedQuery(FILL_FROM_OLDER).executeBatch(older))
                .map(rows -> rows.rowCount());
    }

    private static Uni<Integer> storePaces(SqlConnection tx, List<PaceChange> paces) {
        return paces.isEmpty()
                ? Uni.createFrom().item(0)
                : tx.preparedQuery(INSERT_PACES)
                        .executeBatch(paces.stream().map(RunStore::pace).toList())
                        .map(RunStore::count);
    }

    private static Tuple pace(PaceChange change) {
        return Tuple.tuple()
                .addUUID(change.eventId())
                .addString(change.run())
                .addString(change.fromPace())
                .addString(change.fromHours())
                .addString(change.toPace())
                .addString(change.toHours())
                .addString(change.requestedBy())
                .addString(change.reason())
                .addString(change.commandId())
                .addOffsetDateTime(utc(change.at()));
    }

    /** Of a batch, each of whose rows answers for itself. */
    private static int count(RowSet<Row> first) {
        int count = 0;
        for (RowSet<Row> each = first; each != null; each = each.next()) {
            count += each.rowCount();
        }
        return count;
    }

    private static Uni<Integer> storeRejections(SqlConnection tx, List<Rejection> rejections) {
        if (rejections.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        Tuple parameters = Tuple.tuple()
                .addValue(column(rejections, Rejection::eventId, UUID[]::new))
                .addValue(column(rejections, Rejection::commandId, String[]::new))
                .addValue(column(rejections, Rejection::type, String[]::new))
                .addValue(column(rejections, Rejection::migration, String[]::new))
                .addValue(column(rejections, Rejection::run, String[]::new))
                .addValue(column(rejections, Rejection::code, String[]::new))
                .addValue(column(rejections, Rejection::message, String[]::new))
                .addValue(column(rejections, Rejection::requestedBy, String[]::new))
                .addValue(column(rejections, rejection -> utc(rejection.at()), OffsetDateTime[]::new));
        return tx.preparedQuery(INSERT_REJECTIONS).execute(parameters).map(rows -> rows.rowCount());
    }

    private static Uni<Integer> storeStamps(SqlConnection tx, List<Stamp> stamps) {
        if (stamps.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        Tuple parameters = Tuple.tuple()
                .addValue(column(stamps, Stamp::eventId, UUID[]::new))
                .addValue(column(stamps, Stamp::migration, String[]::new))
                .addValue(column(stamps, Stamp::state, String[]::new))
                .addValue(column(stamps, Stamp::definitionHash, String[]::new))
                .addValue(column(stamps, Stamp::requestedBy, String[]::new))
                .addValue(column(stamps, Stamp::reason, String[]::new))
                .addValue(column(stamps, Stamp::commandId, String[]::new))
                .addValue(column(stamps, stamp -> utc(stamp.at()), OffsetDateTime[]::new));
        return tx.preparedQuery(INSERT_STAMPS).execute(parameters).map(rows -> rows.rowCount());
    }

    private static Tuple columns(List<RunEvent> events) {
        return Tuple.tuple()
                .addValue(column(events, RunEvent::eventId, UUID[]::new))
                .addValue(column(events, RunEvent::run, String[]::new))
                .addValue(column(events, RunEvent::version, Long[]::new))
                .addValue(column(events, RunEvent::transition, Boolean[]::new))
                .addValue(column(events, RunEvent::state, String[]::new))
                .addValue(column(events, RunEvent::previousState, String[]::new))
                .addValue(column(events, RunEvent::reason, String[]::new))
                .addValue(column(events, RunEvent::requestedBy, String[]::new))
                .addValue(column(events, RunEvent::progress, String[]::new))
                .addValue(column(events, RunEvent::throttleReason, String[]::new))
                .addValue(column(events, event -> utc(event.at()), OffsetDateTime[]::new));
    }

    private static Tuple whole(RunEvent event) {
        return Tuple.tuple()
                .addString(event.run())
                .addString(event.migration())
                .addString(event.operation())
                .addString(event.mode())
                .addString(event.state())
                .addString(event.previousState())
                .addString(event.reason())
                .addString(event.requestedBy())
                .addString(event.commandId())
                .addString(event.definitionHash())
                .addOffsetDateTime(utc(event.createdAt()))
                .addOffsetDateTime(utc(event.at()))
                .addOffsetDateTime(utc(event.endedAt()))
                .addLong(event.version())
                .addString(event.counts())
                .addString(event.references())
                .addString(event.progress())
                .addString(event.throttleReason())
                .addString(event.plan())
                .addString(event.verification())
                .addString(event.streams())
                .addString(event.asOf());
    }

    private static Tuple additions(RunEvent event) {
        return Tuple.tuple()
                .addString(event.run())
                .addLong(event.version())
                .addString(event.state())
                .addString(event.plan())
                .addString(event.verification())
                .addString(event.asOf())
                .addString(event.streams())
                .addOffsetDateTime(utc(event.endedAt()));
    }

    private static OffsetDateTime utc(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static <M extends RunMessage> List<M> only(List<RunMessage> messages, Class<M> type) {
        return messages.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static <M, T> T[] column(List<M> messages, Function<M, T> value, IntFunction<T[]> array) {
        return messages.stream().map(value).toArray(array);
    }
}
