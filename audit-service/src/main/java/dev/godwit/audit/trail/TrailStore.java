package dev.godwit.audit.trail;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes outcome events, a polled batch at a time, each statement over the whole batch.
 *
 * <p><b>Transaction:</b> opens one for the batch. <b>Idempotency:</b> an event that is known is left alone, in whatever order events come and however
 * often. <b>Failure semantics:</b> nothing is stored, and the caller tries again.
 */
@ApplicationScoped
public class TrailStore {

    /** No row for an event: its id, or its place in its stream, is taken. */
    private static final String INSERT_EVENTS = """
            INSERT INTO trail_event (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash,
                                     batch, command_id, table_name, outcomes, occurred_at)
            SELECT event_id, run, migration, mode, lane, stream, sequence, decode(previous_hash, 'hex'), decode(hash, 'hex'),
                   batch, command_id, table_name, outcomes, occurred_at
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[],
                          $10::bigint[], $11::text[], $12::text[], $13::integer[], $14::timestamptz[])
                AS e (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash,
                      batch, command_id, table_name, outcomes, occurred_at)
                ON CONFLICT DO NOTHING
            RETURNING id, event_id
            """;

    private static final String INSERT_OUTCOMES = """
            INSERT INTO trail_outcome (event, position, run, table_name, key, new_key, outcome, reason, detail, salt, leaf)
            SELECT event, position, run, table_name, key, new_key, outcome, reason, detail, salt, leaf
              FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[],
                          $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
                AS o (event, position, run, table_name, key, new_key, outcome, reason, detail, salt, leaf)
            """;

    /** Rows are taken in key order, so that two transactions that count for the same run queue instead of deadlocking. */
    private static final String COUNT = """
            INSERT INTO tally AS t (run, table_name, entity, outcome, reason, count)
            SELECT run, table_name, entity, outcome, reason, count
              FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::bigint[])
                AS c (run, table_name, entity, outcome, reason, count)
             ORDER BY run, table_name, entity, outcome, reason
                ON CONFLICT (run, table_name, entity, outcome, reason) DO UPDATE SET count = t.count + excluded.count
            """;

    /** The events that are new ($1), and those right after them, against the event before: both ways, since order is not given. */
    private static final String FIND_BROKEN_LINKS = """
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT e.run, e.stream, e.sequence, 'broken-link', e.event_id
              FROM (SELECT n.run, n.stream, n.sequence FROM trail_event n WHERE n.id = ANY ($1)
                     UNION
                    SELECT n.run, n.stream, n.sequence + 1 FROM trail_event n WHERE n.id = ANY ($1)) AS place
              JOIN trail_event e USING (run, stream, sequence)
              LEFT JOIN trail_event p ON p.run = e.run AND p.stream = e.stream AND p.sequence = e.sequence - 1
             WHERE CASE WHEN e.sequence = 1 THEN e.previous_hash <> '' ELSE p.hash <> e.previous_hash END
                ON CONFLICT DO NOTHING
            """;

    /** Refused events that are not simply the same again: another event in a place that is taken, or a known id with other content. */
    private static final String FIND_IMPOSTORS = """
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT r.run, r.stream, r.sequence, CASE WHEN e.event_id IS NULL THEN 'fork' ELSE 'altered-copy' END, r.event_id
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[]) AS r (event_id, run, stream, sequence, hash)
              LEFT JOIN trail_event e ON e.event_id = r.event_id
             WHERE e.event_id IS NULL OR e.hash <> decode(r.hash, 'hex')
                ON CONFLICT DO NOTHING
            """;

    private static final String RECORD_BROKEN_HASHES = """
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT run, stream, sequence, 'broken-hash', event_id
              FROM trail_event
             WHERE event_id = ANY ($1)
                ON CONFLICT DO NOTHING
            """;

    private static final String ADVANCE_STREAMS = """
            INSERT INTO trail_stream AS s (run, stream, lane, events, outcomes, last_sequence, last_hash)
            SELECT run, stream, min(lane), count(*), sum(outcomes), max(sequence), (array_agg(hash ORDER BY sequence DESC))[1]
              FROM trail_event
             WHERE id = ANY ($1)
             GROUP BY run, stream
             ORDER BY run, stream
                ON CONFLICT (run, stream) DO UPDATE
               SET events = s.events + excluded.events,
                   outcomes = s.outcomes + excluded.outcomes,
                   last_hash = CASE WHEN excluded.last_sequence > s.last_sequence THEN excluded.last_hash ELSE s.last_hash END,
                   last_sequence = greatest(s.last_sequence, excluded.last_sequence),
                   touched_at = clock_timestamp()
            """;

    private final Pool pool;

    TrailStore(Pool pool) {
        this.pool = pool;
    }

    /** Stores what is new of these events; a failure means that nothing was stored. */
    public Uni<Ingested> store(List<OutcomeEvent> events) {
        return events.isEmpty()
                ? Uni.createFrom().item(Ingested.NOTHING)
                : pool.withTransaction(tx -> insertEvents(tx, events).chain(ids -> storeNew(tx, events, ids)));
    }

    private static Uni<Map<UUID, Long>> insertEvents(SqlConnection tx, List<OutcomeEvent> events) {
        return tx.preparedQuery(INSERT_EVENTS).execute(EventColumns.of(events)).map(rows -> {
            Map<UUID, Long> ids = new HashMap<>();
            rows.forEach(row -> ids.put(row.getUUID("event_id"), row.getLong("id")));
            return ids;
        });
    }

    private static Uni<Ingested> storeNew(SqlConnection tx, List<OutcomeEvent> events, Map<UUID, Long> ids) {
        Map<UUID, OutcomeEvent> stored = new LinkedHashMap<>();
        List<OutcomeEvent> refused = new ArrayList<>();
        for (OutcomeEvent event : events) {
            // An id that comes twice within one poll is stored once; the second is looked at like any other repetition.
            if (!ids.containsKey(event.id()) || stored.putIfAbsent(event.id(), event) != null) {
                refused.add(event);
            }
        }
        List<OutcomeEvent> fresh = List.copyOf(stored.values());
        int outcomes = fresh.stream().mapToInt(event -> event.outcomes().size()).sum();
        return insertOutcomes(tx, fresh, ids)
                .chain(() -> count(tx, fresh))
                .chain(() -> recordFindings(tx, fresh, refused, ids))
                .map(findings -> new Ingested(fresh.size(), outcomes, refused.size(), findings));
    }

    private static Uni<Void> insertOutcomes(SqlConnection tx, List<OutcomeEvent> events, Map<UUID, Long> ids) {
        return run(tx, INSERT_OUTCOMES, OutcomeColumns.of(events, ids)).replaceWithVoid();
    }

    private static Uni<Void> count(SqlConnection tx, List<OutcomeEvent> events) {
        return run(tx, COUNT, TallyColumns.of(events)).replaceWithVoid();
    }

    private static Uni<Integer> recordFindings(
            SqlConnection tx, List<OutcomeEvent> fresh, List<OutcomeEvent> refused, Map<UUID, Long> ids) {
        Long[] rows = ids.values().toArray(Long[]::new);
        UUID[] broken = fresh.stream()
                .filter(event -> !event.hashHolds())
                .map(OutcomeEvent::id)
                .toArray(UUID[]::new);
        return run(tx, ADVANCE_STREAMS, Tuple.of(rows))
                .chain(() -> run(tx, FIND_BROKEN_LINKS, Tuple.of(rows)))
                .chain(links -> broken.length == 0
                        ? Uni.createFrom().item(links)
                        : run(tx, RECORD_BROKEN_HASHES, Tuple.of(broken)).map(hashes -> links + hashes))
                .chain(found -> refused.isEmpty()
                        ? Uni.createFrom().item(found)
                        : run(tx, FIND_IMPOSTORS, EventColumns.places(refused)).map(forks -> found + forks));
    }

    private static Uni<Integer> run(SqlConnection tx, String sql, Tuple parameters) {
        return tx.preparedQuery(sql).execute(parameters).map(TrailStore::affected);
    }

    private static int affected(RowSet<Row> rows) {
        return rows.rowCount();
    }
}
