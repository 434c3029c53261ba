package dev.godwit.migration.retention;

import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;

/**
 * Deletes what is old and of no use to anybody: ids of requests that were answered, heartbeats that arrived, probes of instances that are gone.
 *
 * <p>Idempotency: passes of several instances at once share the work. Failure semantics: what is deleted is deleted; the next pass goes on.
 */
@ApplicationScoped
class Keeping {

    /**
     * Only of requests for entities: one that is repeated after that finds its entities migrated, or no run in hand. What else can be asked for would be done twice, and is still in its topic. A request
     * whose keys wait is not answered yet.
     */
    private static final String REQUESTS = """
            DELETE FROM godwit.command
             WHERE ctid = ANY (ARRAY(SELECT c.ctid
                                       FROM godwit.command AS c
                                      WHERE c.type = 'dev.godwit.entities.migrate'
                                        AND c.received_at < clock_timestamp() - $1 * interval '1 millisecond'
                                        AND NOT EXISTS (SELECT FROM godwit.pending_key AS p WHERE p.command_id = c.id)
                                      ORDER BY c.received_at
                                      LIMIT $2
                                        FOR UPDATE OF c SKIP LOCKED))
            """;

    /**
     * One that never arrived proves a loss, and stays: there are few. A number below those that go, seen without a heartbeat, is that of an event that came again after its heartbeat was
     * deleted.
     */
    private static final String HEARTBEATS = """
              WITH gone AS (
                   DELETE FROM godwit.heartbeat
                    WHERE number = ANY (ARRAY(SELECT h.number
                                                FROM godwit.heartbeat AS h
                                               WHERE h.sent_at < clock_timestamp() - $1 * interval '1 millisecond'
                                                 AND EXISTS (SELECT FROM godwit.heartbeat_seen AS s WHERE s.number = h.number)
                                               ORDER BY h.sent_at
                                               LIMIT $2
                                                 FOR UPDATE OF h SKIP LOCKED))
                RETURNING number),
                   arrived AS (
                   DELETE FROM godwit.heartbeat_seen AS s
                    USING gone AS g
                    WHERE s.number = g.number),
                   again AS (
                   DELETE FROM godwit.heartbeat_seen AS s
                    WHERE s.number < (SELECT min(number) FROM gone)
                      AND NOT EXISTS (SELECT FROM godwit.heartbeat AS h WHERE h.number = s.number))
            SELECT number FROM gone
            """;

    private static final String HEARTBEATS_ELSEWHERE = """
            DELETE FROM godwit.source_heartbeat
             WHERE ctid = ANY (ARRAY(SELECT ctid
                                       FROM godwit.source_heartbeat
                                      WHERE noted_at < clock_timestamp() - $1 * interval '1 millisecond'
                                        AND seen
                                      LIMIT $2
                                        FOR UPDATE SKIP LOCKED))
            """;

    /** Whoever is there after all writes a new one. */
    private static final String PROBES = """
            DELETE FROM godwit.probe
             WHERE instance = ANY (ARRAY(SELECT instance
                                           FROM godwit.probe
                                          WHERE written_at < clock_timestamp() - $1 * interval '1 millisecond'
                                          LIMIT $2
                                            FOR UPDATE SKIP LOCKED))
            """;

    private final WorkerSessions sessions;

    @Inject
    Keeping(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    /** One pass. */
    Uni<Void> prune(KeepConfig config) {
        return prune(REQUESTS, config.requests(), config.atOnce())
                .chain(() -> prune(HEARTBEATS, config.heartbeats(), config.atOnce()))
                .chain(() -> prune(HEARTBEATS_ELSEWHERE, config.heartbeats(), config.atOnce()))
                .chain(() -> prune(PROBES, config.probes(), config.atOnce()));
    }

    private Uni<Void> prune(String sql, Duration kept, int atOnce) {
        return Multi.createBy()
                .repeating()
                .uni(() -> delete(sql, kept, atOnce))
                .whilst(rows -> rows == atOnce)
                .onItem()
                .ignoreAsUni();
    }

    /** Hidden: heartbeats are published, and that one is gone is no news. */
    private Uni<Integer> delete(String sql, Duration kept, int atOnce) {
        Tuple parameters = Tuple.of(kept.toMillis(), (long) atOnce);
        return sessions.inHiddenTransaction(
                        connection -> connection.preparedQuery(sql).execute(parameters))
                .map(rows -> rows.rowCount());
    }
}
