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
import java.util.Optional;
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

    /**
     * Some of them.
     *
     * @param next where the page after this one begins, empty on the last
     */
    public record Page(List<StoredOutcome> outcomes, Optional<OutcomeCursor> next) {}

    private static final int STREAM_PAGE = 500;

    private static final Set<String> USUAL = Set.of("migrated", "unchanged");

    private static final String PAGE_OF_ALL = """
            SELECT o.event, o.position, e.occurred_at, e.lane, e.stream, e.sequence, e.command_id,
                   o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail,
                   coalesce($10::text, pg_current_snapshot()::text) AS seen
              FROM trail_event e
              JOIN trail_outcome o ON o.event = e.id AND o.occurred_at = e.occurred_at
             WHERE e.run = $1
               AND ($7::text IS NULL OR o.outcome = $7)
               AND ($2::text IS NULL OR o.reason = $2)
               AND ($3::text IS NULL OR o.table_name = $3)
               AND e.occurred_at >= coalesce($8::timestamptz, '-infinity') AND e.occurred_at < coalesce($9::timestamptz, 'infinity')
               AND e.id >= $4
               AND (o.event, o.position) > ($4, $5)
               AND pg_visible_in_snapshot(e.arrival, coalesce($10::text::pg_snapshot, pg_current_snapshot()))
             ORDER BY e.id, o.position
             LIMIT $6
            """;

    /** The same of an outcome that people look for one by one: those have an index. */
    private static final String PAGE_OF_NOTE = """
            SELECT o.event, o.position, e.occurred_at, e.lane, e.stream, e.sequence, e.command_id,
                   o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail,
                   coalesce($10::text, pg_current_snapshot()::text) AS seen
              FROM trail_outcome o
              JOIN trail_event e ON e.id = o.event
             WHERE o.run = $1
               AND o.outcome = $7
               AND o.outcome NOT IN ('migrated', 'unchanged')
               AND ($2::text IS NULL OR o.reason = $2)
               AND ($3::text IS NULL OR o.table_name = $3)
               AND o.occurred_at >= coalesce($8::timestamptz, '-infinity') AND o.occurred_at < coalesce($9::timestamptz, 'infinity')
               AND (o.event, o.position) > ($4, $5)
               AND pg_visible_in_snapshot(e.arrival, coalesce($10::text::pg_snapshot, pg_current_snapshot()))
             ORDER BY o.event, o.position
             LIMIT $6
            """;

    private final Pool pool;
    private final Counter streamed;

    OutcomePages(Pool pool, MeterRegistry metrics) {
        this.pool = pool;
        this.streamed = metrics.counter("godwit.audit.outcomes.streamed");
    }

    /** Up to {@code limit} outcomes after the cursor, in the order in which they arrived; all pages of one walk see the same trail. */
    public Uni<Page> page(Filter filter, OutcomeCursor after, int limit) {
        Tuple parameters = Tuple.tuple()
                .addString(filter.run())
                .addString(filter.reason())
                .addString(filter.table())
                .addLong(after.event())
                .addInteger(after.position())
                .addInteger(limit + 1)
                .addString(filter.outcome())
                .addOffsetDateTime(utc(filter.since()))
                .addOffsetDateTime(utc(filter.until()))
                .addString(after.seen() == null ? null : after.seen().text());
        boolean usual = filter.outcome() == null || USUAL.contains(filter.outcome());
        return pool.preparedQuery(usual ? PAGE_OF_ALL : PAGE_OF_NOTE)
                .execute(parameters)
                .map(rows -> toPage(rows, limit));
    }

    private static OffsetDateTime utc(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** Everything that the filter lets through, a page in memory at a time; the next is read when somebody has taken the one before. */
    Multi<List<StoredOutcome>> all(Filter filter) {
        return Multi.createBy()
                .repeating()
                .uni(() -> new AtomicReference<>(OutcomeCursor.START), cursor -> page(filter, cursor.get(), STREAM_PAGE)
                        .invoke(page -> page.next().ifPresent(cursor::set)))
                .whilst(page -> page.next().isPresent())
                .map(Page::outcomes)
                .invoke(outcomes -> streamed.increment(outcomes.size()));
    }

    private static Page toPage(RowSet<Row> rows, int limit) {
        List<StoredOutcome> outcomes = new ArrayList<>(rows.size());
        String seen = null;
        for (Row row : rows) {
            outcomes.add(StoredOutcome.fromRow(row));
            seen = row.getString("seen");
        }
        if (outcomes.size() <= limit) {
            return new Page(outcomes, Optional.empty());
        }
        StoredOutcome last = outcomes.get(limit - 1);
        return new Page(
                List.copyOf(outcomes.subList(0, limit)),
                Optional.of(new OutcomeCursor(new Snapshot(seen), last.event(), last.position())));
    }
}
