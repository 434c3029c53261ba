package dev.godwit.audit.report;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Reads outcomes page by page; no connection is held between two pages, however slow the reader is. */
@ApplicationScoped
public class OutcomePages {

    /** Which outcomes; null lets everything through. */
    public record Filter(String run, String outcome, String reason, String table, Instant since, Instant until) {

        /** At whatever time. */
        public Filter(String run, String outcome, String reason, String table) {
            this(run, outcome, reason, table, null, null);
        }

        static Filter of(String run, String outcome) {
            return new Filter(run, outcome, null, null);
        }
    }

    private static final int STREAM_PAGE = 500;

    private static final Set<String> USUAL = Set.of("migrated", "unchanged");

    private static final String PAGE_OF_ALL = """
            SELECT o.event, o.position, e.occurred_at, e.lane, e.stream, e.sequence, e.command_id,
                   o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail
              FROM trail_event e
              JOIN trail_outcome o ON o.event = e.id AND o.occurred_at = e.occurred_at
             WHERE e.run = $1
               AND ($7::text IS NULL OR o.outcome = $7)
               AND ($2::text IS NULL OR o.reason = $2)
               AND ($3::text IS NULL OR o.table_name = $3)
               AND e.occurred_at >= coalesce($8::timestamptz, '-infinity') AND e.occurred_at < coalesce($9::timestamptz, 'infinity')
               AND e.id >= $4
               AND (o.event, o.position) > ($4, $5)
             ORDER BY e.id, o.position
             LIMIT $6
            """;

    /** The same of an outcome that people look for one by one: those have an index. */
    private static final String PAGE_OF_NOTE = """
            SELECT o.event, o.position, e.occurred_at, e.lane, e.stream, e.sequence, e.command_id,
                   o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail
              FROM trail_outcome o
              JOIN trail_event e ON e.id = o.event
             WHERE o.run = $1
               AND o.outcome = $7
               AND o.outcome NOT IN ('migrated', 'unchanged')
               AND ($2::text IS NULL OR o.reason = $2)
               AND ($3::text IS NULL OR o.table_name = $3)
               AND o.occurred_at >= coalesce($8::timestamptz, '-infinity') AND o.occurred_at < coalesce($9::timestamptz, 'infinity')
               AND (o.event, o.position) > ($4, $5)
             ORDER BY o.event, o.position
             LIMIT $6
            """;

    private final Pool pool;
    private final Counter streamed;

    OutcomePages(Pool pool, MeterRegistry metrics) {
        this.pool = pool;
        this.streamed = metrics.counter("godwit.audit.outcomes.streamed");
    }

    /** Up to {@code limit} outcomes after the cursor, in the order in which they arrived. */
    public Uni<List<StoredOutcome>> page(Filter filter, OutcomeCursor after, int limit) {
        Tuple parameters = Tuple.tuple()
                .addString(filter.run())
                .addString(filter.reason())
                .addString(filter.table())
                .addLong(after.event())
                .addInteger(after.position())
                .addInteger(limit)
                .addString(filter.outcome())
                .addOffsetDateTime(utc(filter.since()))
                .addOffsetDateTime(utc(filter.until()));
        boolean usual = filter.outcome() == null || USUAL.contains(filter.outcome());
        return pool.preparedQuery(usual ? PAGE_OF_ALL : PAGE_OF_NOTE)
                .execute(parameters)
                .map(OutcomePages::outcomes);
    }

    private static OffsetDateTime utc(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** Everything that the filter lets through, a page in memory at a time; the next is read when somebody has taken the one before. */
    Multi<List<StoredOutcome>> all(Filter filter) {
        return Multi.createBy()
                .repeating()
                .uni(() -> new AtomicReference<>(OutcomeCursor.START), cursor -> page(filter, cursor.get(), STREAM_PAGE)
                        .invoke(page -> advance(cursor, page)))
                .whilst(page -> page.size() == STREAM_PAGE)
                .invoke(page -> streamed.increment(page.size()));
    }

    private static void advance(AtomicReference<OutcomeCursor> cursor, List<StoredOutcome> page) {
        if (!page.isEmpty()) {
            cursor.set(page.get(page.size() - 1).cursor());
        }
    }

    private static List<StoredOutcome> outcomes(RowSet<Row> rows) {
        List<StoredOutcome> outcomes = new ArrayList<>(rows.size());
        rows.forEach(row -> outcomes.add(StoredOutcome.fromRow(row)));
        return outcomes;
    }
}
