package dev.godwit.audit.alert;

import dev.godwit.audit.config.AlertConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * What is wrong by now, and what somebody wants to hear of. <b>Transaction:</b> one for a look; of several instances one looks. <b>Idempotency:</b> an alert is
 * open once, and a change of state is told once.
 */
@ApplicationScoped
class AlertRules {

    private static final String TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('godwit-alert-rules')) AS mine";

    /** Everything that holds now: kind, subject, words. */
    private static final String RAISE = """
            WITH now_wrong AS (
                SELECT 'run-stalled' AS kind, r.id AS subject,
                       format('%s has done nothing for %s s, and nothing holds it back', r.migration, round($1::bigint / 1000.0)) AS summary
                  FROM run r
                 CROSS JOIN LATERAL (SELECT e.version, e.progress::jsonb AS progress
                                       FROM run_event e
                                      WHERE e.run = r.id AND e.progress IS NOT NULL
                                        AND e.occurred_at <= clock_timestamp() - $1::bigint * interval '1 millisecond'
                                      ORDER BY e.version DESC
                                      LIMIT 1) AS before
                 WHERE r.state IN ('planning', 'backfilling', 'verifying', 'cancelling', 'rolling-back')
                   AND r.throttle_reason IS NULL
                   AND before.progress ->> 'entitiesDone' IS NOT DISTINCT FROM r.progress::jsonb ->> 'entitiesDone'
                   AND before.progress ->> 'chunksDone' IS NOT DISTINCT FROM r.progress::jsonb ->> 'chunksDone'
                   AND before.progress ->> 'phase' IS NOT DISTINCT FROM r.progress::jsonb ->> 'phase'
                   AND NOT EXISTS (SELECT FROM run_event t
                                    WHERE t.run = r.id AND t.version > before.version AND (t.throttle_reason IS NOT NULL OR t.transition))
                 UNION ALL
                SELECT 'quarantine', r.id, format('%s has quarantined %s entities', r.migration, r.counts::jsonb ->> 'failed')
                  FROM run r
                 WHERE r.ended_at IS NULL AND r.mode = 'commit' AND (r.counts::jsonb ->> 'failed')::bigint >= $2
                 UNION ALL
                SELECT 'tail-lag', r.id, format('%s is %s ms behind the application', r.migration, r.progress::jsonb ->> 'tailLagMillis')
                  FROM run r
                 WHERE r.state IN ('backfilling', 'following', 'verifying') AND (r.progress::jsonb ->> 'tailLagMillis')::numeric > $3
                 UNION ALL
                SELECT 'run-held', r.id, format('%s has not followed the application for %s s: %s', r.migration, round($1::bigint / 1000.0), r.throttle_reason)
                  FROM run r
                 WHERE r.state = 'following' AND r.throttle_reason IS NOT NULL
                   AND NOT EXISTS (SELECT FROM run_event t
                                    WHERE t.run = r.id AND t.occurred_at > clock_timestamp() - $1::bigint * interval '1 millisecond'
                                      AND (t.throttle_reason IS NULL OR t.transition))
                 UNION ALL
                SELECT 'slot-backlog', r.id, format('%s is held back by %s: a replication slot keeps much of the log', r.migration, r.throttle_reason)
                  FROM run r
                 WHERE r.ended_at IS NULL AND r.throttle_reason IN ('slot_backlog', 'slot_room')
                 UNION ALL
                SELECT 'health', h.migration, format('%s is %s', h.migration, h.state)
                  FROM health_latest h
                 WHERE h.state IN ('warn', 'critical')
                 UNION ALL
                SELECT DISTINCT 'integrity', f.run, format('the trail of %s does not hold: %s', f.run, min(f.kind) OVER (PARTITION BY f.run))
                  FROM trail_finding f
                 UNION ALL
                SELECT DISTINCT 'integrity', g.run, format('the trail of %s misses events that nobody has any more', g.run)
                  FROM trail_gap g
                 WHERE g.forgotten AND g.filled_at IS NULL
                 UNION ALL
                SELECT DISTINCT 'integrity', p.run, format('the trail of %s is not what came in: %s', p.run, min(p.kind) OVER (PARTITION BY p.run))
                  FROM proof_finding p),
            cleared AS (
                UPDATE alert a
                   SET cleared_at = clock_timestamp()
                 WHERE a.cleared_at IS NULL
                   AND NOT EXISTS (SELECT FROM now_wrong w WHERE w.kind = a.kind AND w.subject = a.subject)
                RETURNING a.kind, a.subject, a.summary, 'dev.godwit.alert.cleared' AS type, a.cleared_at AS at),
            raised AS (
                INSERT INTO alert (kind, subject, summary)
                SELECT kind, subject, summary FROM now_wrong
                    ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO NOTHING
                RETURNING kind, subject, summary, 'dev.godwit.alert.raised' AS type, raised_at AS at),
            told AS (
                SELECT gen_random_uuid() AS id, * FROM (SELECT * FROM cleared UNION ALL SELECT * FROM raised) AS changed)
            INSERT INTO notice (id, body)
            SELECT id, jsonb_build_object('id', id, 'type', type, 'kind', kind, 'subject', subject, 'summary', summary, 'at', at)::text
              FROM told
             WHERE $4
            """;

    /** Runs that began, ended or were rolled back within the last hour; older news is none. */
    private static final String TELL_TRANSITIONS = """
            INSERT INTO notice (id, body)
            SELECT e.event_id,
                   jsonb_build_object('id', e.event_id, 'type', CASE WHEN e.previous_state IS NULL THEN 'dev.godwit.run.started'
                                                                     WHEN e.state = 'rolled-back' THEN 'dev.godwit.run.rolled-back'
                                                                     ELSE 'dev.godwit.run.ended' END,
                                      'kind', e.state, 'subject', e.run, 'at', e.occurred_at, 'requestedBy', e.requested_by,
                                      'summary', format('%s is %s%s', r.migration, e.state, coalesce(': ' || e.reason, '')))::text
              FROM run_event e
              JOIN run r ON r.id = e.run
             WHERE e.transition
               AND (e.previous_state IS NULL OR e.state IN ('planned', 'completed', 'cancelled', 'failed', 'rolled-back'))
               AND e.occurred_at > clock_timestamp() - interval '1 hour'
                ON CONFLICT (id) DO NOTHING
            """;

    /** Notices whose fate was settled a week ago. */
    private static final String FORGET = "DELETE FROM notice WHERE ended_at < clock_timestamp() - interval '7 days'";

    private final Pool pool;
    private final AlertConfig config;

    AlertRules(Pool pool, AlertConfig config) {
        this.pool = pool;
        this.config = config;
    }

    /** Looks once; notices are made only where there is somebody to tell. */
    Uni<Void> look() {
        return pool.withTransaction(tx -> tx.query(TRY_LOCK)
                .execute()
                .map(rows -> rows.iterator().next().getBoolean("mine"))
                .chain(mine -> mine ? lookAlone(tx) : Uni.createFrom().voidItem()));
    }

    private Uni<Void> lookAlone(SqlConnection tx) {
        boolean told = config.webhook().url().isPresent();
        Tuple limits = Tuple.of(
                config.stalledAfter().toMillis(),
                config.quarantined(),
                config.tailLag().toMillis(),
                told);
        return tx.preparedQuery(RAISE)
                .execute(limits)
                .chain(() -> told
                        ? tx.query(TELL_TRANSITIONS).execute().replaceWithVoid()
                        : Uni.createFrom().voidItem())
                .chain(() -> tx.query(FORGET).execute())
                .replaceWithVoid();
    }
}
