package dev.godwit.migration.outbox;

import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * Deletes events that are old enough and have arrived: those that the connector has confirmed, and no others, however old.
 *
 * <p>Rows do not know where in the WAL their transaction ended. So every pass leaves a mark, a time and a position with everything older than the one before the other, and
 * trusts the newest mark whose position the slot has confirmed. A slot that was dropped and made anew confirms what it never carried; such a loss shows as missing
 * heartbeats and as gaps in the trail's chains long before the retention ends.
 *
 * <p>Idempotency: passes of several instances at once share the work. Failure semantics: what is deleted is deleted; the next pass goes on.
 */
@ApplicationScoped
public class OutboxRetention {

    /**
     * The oldest open transaction bounds the time, our own included, and the position is read after it: a row's time is not before its transaction began. Rows are written by one
     * role, whose sessions this role may see.
     */
    private static final String MARK = """
            WITH oldest AS MATERIALIZED (
                SELECT min(xact_start) AS at
                  FROM pg_stat_activity
                 WHERE datname = current_database())
            INSERT INTO godwit.outbox_mark (at, lsn)
            SELECT at, pg_current_wal_insert_lsn()
              FROM oldest
            """;

    private static final String CONFIRMED = """
            SELECT max(m.at) AS at
              FROM godwit.outbox_mark AS m
              JOIN pg_replication_slots AS s ON s.confirmed_flush_lsn >= m.lsn
             WHERE s.slot_name = $1
               AND s.database = current_database()
               AND s.wal_status IS DISTINCT FROM 'lost'
            """;

    /** The newest confirmed mark stays, for the passes until the next is confirmed. */
    private static final String FORGET_MARKS = "DELETE FROM godwit.outbox_mark WHERE at < $1";

    private static final String DELETE = """
            DELETE FROM godwit.outbox
             WHERE ctid = ANY (ARRAY(SELECT ctid
                                       FROM godwit.outbox
                                      WHERE time < least($1, clock_timestamp() - $2 * interval '1 millisecond')
                                      ORDER BY time
                                      LIMIT $3
                                        FOR UPDATE SKIP LOCKED))
            """;

    private final WorkerSessions sessions;

    @Inject
    public OutboxRetention(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    /**
     * One pass.
     *
     * @param slot the connector's replication slot; without it nothing is deleted
     * @param retention how long events are kept at least
     * @param batch rows deleted in one transaction
     * @return how many events were deleted
     */
    public Uni<Long> prune(String slot, Duration retention, int batch) {
        long[] deleted = {0};
        return confirmed(slot)
                .chain(at -> Multi.createBy()
                        .repeating()
                        .uni(() -> at == null ? Uni.createFrom().item(0) : delete(at, retention, batch))
                        .whilst(rows -> rows == batch)
                        .onItem()
                        .invoke(rows -> deleted[0] += rows)
                        .onItem()
                        .ignoreAsUni())
                .chain(() -> sessions.inTransaction(
                        connection -> connection.query(MARK).execute()))
                .replaceWith(() -> deleted[0]);
    }

    /** Null when nothing is known to have arrived. */
    private Uni<OffsetDateTime> confirmed(String slot) {
        return sessions.inTransaction(connection -> connection
                .preparedQuery(CONFIRMED)
                .execute(Tuple.of(slot))
                .map(rows -> rows.iterator().next().getOffsetDateTime("at"))
                .call(at -> connection.preparedQuery(FORGET_MARKS).execute(Tuple.of(at))));
    }

    /** Hidden: that a row left the outbox is no news for the connector. */
    private Uni<Integer> delete(OffsetDateTime confirmed, Duration retention, int batch) {
        Tuple parameters = Tuple.of(confirmed, retention.toMillis(), (long) batch);
        return sessions.inHiddenTransaction(
                        connection -> connection.preparedQuery(DELETE).execute(parameters))
                .map(rows -> rows.rowCount());
    }
}
