package dev.godwit.audit.report;

import dev.godwit.audit.config.AuditConfig;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Outcomes of a run as they arrive, whoever took them in: read page by page, the next one when somebody has taken the one before, so that a slow listener costs a page of memory
 * and delays nobody. None is left out and none comes twice: they are told in the order of their transactions, and only once no transaction is open that might still come before.
 *
 * <p><b>Failure semantics:</b> a look that fails is repeated at the next turn.
 */
@ApplicationScoped
class OutcomeFeed {

    private static final Logger LOG = Logger.getLogger(OutcomeFeed.class);
    private static final int PAGE = 200;

    private static final String NEXT = """
            SELECT o.event, o.position, e.occurred_at, e.lane, e.stream, e.sequence, e.command_id,
                   o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail, e.arrival::text::bigint AS arrival
              FROM trail_event e
              JOIN trail_outcome o ON o.event = e.id AND o.occurred_at = e.occurred_at
             WHERE e.run = $1
               AND ($2::text IS NULL OR o.outcome = $2)
               AND e.arrival < pg_snapshot_xmin(pg_current_snapshot())
               AND (e.arrival, e.id) >= ($3::bigint::text::xid8, $4)
               AND (e.id <> $4 OR o.position > $5)
             ORDER BY e.arrival, e.id, o.position
             LIMIT $6
            """;

    /** An outcome and where it stands. */
    record Heard(Arrival at, StoredOutcome outcome) {}

    private final Pool pool;
    private final Duration interval;

    OutcomeFeed(Pool pool, AuditConfig config) {
        this.pool = pool;
        this.interval = config.live().interval();
    }

    /** Those after a place, of one kind or of all, for as long as somebody listens. */
    Multi<Heard> listen(String run, String outcome, Arrival after) {
        AtomicReference<Arrival> place = new AtomicReference<>(after);
        return Multi.createBy()
                .repeating()
                .uni(() -> next(run, outcome, place))
                .indefinitely()
                .onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page));
    }

    private Uni<List<Heard>> next(String run, String outcome, AtomicReference<Arrival> place) {
        return page(run, outcome, place.get())
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "a look at the outcomes of %s failed", run))
                .onFailure()
                .recoverWithItem(List.of())
                .chain(page -> {
                    if (page.isEmpty()) {
                        return Uni.createFrom().item(page).onItem().delayIt().by(interval);
                    }
                    place.set(page.get(page.size() - 1).at());
                    return Uni.createFrom().item(page);
                });
    }

    private Uni<List<Heard>> page(String run, String outcome, Arrival after) {
        return pool.preparedQuery(NEXT)
                .execute(Tuple.of(run, outcome, after.transaction(), after.event(), after.position(), PAGE))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(OutcomeFeed::heard)
                        .toList());
    }

    private static Heard heard(Row row) {
        StoredOutcome outcome = StoredOutcome.fromRow(row);
        return new Heard(new Arrival(row.getLong("arrival"), outcome.event(), outcome.position()), outcome);
    }
}
