package dev.godwit.audit.alert;

import dev.godwit.audit.config.AlertConfig;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/**
 * Looks at the rules and delivers what they have to say: at least once, in the order in which it came up as long as nothing fails, each notice so many times
 * at most. <b>Failure semantics:</b> a failure of the database is met again by the next look; a receiver that fails delays its notice alone.
 */
@ApplicationScoped
class Notices {

    private static final Logger LOG = Logger.getLogger(Notices.class);
    private static final int ERROR_MAX = 300;

    /** Taken before they are sent: an instance that dies with some in hand leaves them to whoever looks after the pause. */
    private static final String TAKE = """
            UPDATE notice
               SET attempts = attempts + 1, next_at = clock_timestamp() + $1::bigint * (1 << least(attempts, 16)) * interval '1 millisecond'
             WHERE id IN (SELECT id
                            FROM notice
                           WHERE ended_at IS NULL AND next_at <= clock_timestamp()
                           ORDER BY made_at
                           LIMIT 20
                             FOR UPDATE SKIP LOCKED)
            RETURNING id, body, attempts
            """;

    private static final String SENT =
            "UPDATE notice SET ended_at = clock_timestamp(), last_error = NULL WHERE id = $1";

    private static final String FAILED = """
            UPDATE notice
               SET last_error = $2, ended_at = CASE WHEN attempts >= $3 THEN clock_timestamp() END
             WHERE id = $1
            """;

    private final Pool pool;
    private final AlertRules rules;
    private final Webhook webhook;
    private final AlertConfig config;

    Notices(Pool pool, AlertRules rules, Webhook webhook, AlertConfig config) {
        this.pool = pool;
        this.rules = rules;
        this.webhook = webhook;
        this.config = config;
    }

    @Scheduled(every = "{godwit.alert.interval}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return rules.look()
                .chain(() ->
                        webhook.isConfigured() ? deliver() : Uni.createFrom().voidItem())
                .onFailure()
                .recoverWithUni(Notices::later);
    }

    private static Uni<Void> later(Throwable failure) {
        LOG.warnf("AUD0401 alerts could not be looked at or delivered: %s", failure.getMessage());
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> deliver() {
        return pool.preparedQuery(TAKE)
                .execute(Tuple.of(config.webhook().retryInitial().toMillis()))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(this::deliver)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> deliver(Row notice) {
        return webhook.send(notice.getString("body"))
                .chain(() -> pool.preparedQuery(SENT).execute(Tuple.of(notice.getUUID("id"))))
                .replaceWithVoid()
                .onFailure()
                .recoverWithUni(failure -> failed(notice, failure));
    }

    private Uni<Void> failed(Row notice, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        LOG.warnf(
                "AUD0402 notice %s was not delivered, attempt %d of %d: %s",
                notice.getUUID("id"),
                notice.getInteger("attempts"),
                config.webhook().attempts(),
                message);
        return pool.preparedQuery(FAILED)
                .execute(Tuple.of(
                        notice.getUUID("id"),
                        message.substring(0, Math.min(ERROR_MAX, message.length())),
                        config.webhook().attempts()))
                .replaceWithVoid();
    }
}
