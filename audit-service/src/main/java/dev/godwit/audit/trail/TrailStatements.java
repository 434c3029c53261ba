package dev.godwit.audit.trail;

/** The statements that {@link TrailStore} writes with; each takes all events of a batch. */
final class TrailStatements {

    /** No row for an event: its id, or its place in its stream, is taken. */
    static final String INSERT_EVENTS = """
            INSERT INTO trail_event (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash,
                                     batch, command_id, table_name, outcomes, occurred_at, leaves)
            SELECT event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash,
                   batch, command_id, table_name, outcomes, occurred_at, leaves
              FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[],
                          ?::bigint[], ?::text[], ?::text[], ?::integer[], ?::timestamptz[], ?::bytea[])
                AS e (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash,
                      batch, command_id, table_name, outcomes, occurred_at, leaves)
                ON CONFLICT DO NOTHING
            RETURNING id, event_id
            """;

    /** The columns that {@link OutcomeRows} encodes. */
    static final String COPY_OUTCOMES = """
            COPY trail_outcome (event, position, occurred_at, run, table_name, key, new_key, outcome, reason, detail, salt)
            FROM STDIN (FORMAT binary)
            """;

    /** Rows are taken in key order, so that two transactions that count for the same run queue instead of deadlocking. */
    static final String COUNT = """
            INSERT INTO tally AS t (run, table_name, entity, outcome, reason, count)
            SELECT run, table_name, entity, outcome, reason, count
              FROM unnest(?::text[], ?::text[], ?::boolean[], ?::text[], ?::text[], ?::bigint[])
                AS c (run, table_name, entity, outcome, reason, count)
             ORDER BY run, table_name, entity, outcome, reason
                ON CONFLICT (run, table_name, entity, outcome, reason) DO UPDATE SET count = t.count + excluded.count
            """;

    static final String ADVANCE_STREAMS = """
            INSERT INTO trail_stream AS s (run, stream, lane, events, outcomes, last_sequence, last_hash)
            SELECT run, stream, min(lane), count(*), sum(outcomes), max(sequence), (array_agg(hash ORDER BY sequence DESC))[1]
              FROM trail_event
             WHERE id = ANY (?)
             GROUP BY run, stream
             ORDER BY run, stream
                ON CONFLICT (run, stream) DO UPDATE
               SET events = s.events + excluded.events,
                   outcomes = s.outcomes + excluded.outcomes,
                   last_hash = CASE WHEN excluded.last_sequence > s.last_sequence THEN excluded.last_hash ELSE s.last_hash END,
                   last_sequence = greatest(s.last_sequence, excluded.last_sequence),
                   touched_at = clock_timestamp()
            """;

    /** The events that are new, and those right after them, against the event before: both ways, since order is not given. */
    static final String FIND_BROKEN_LINKS = """
            WITH fresh AS (SELECT run, stream, sequence FROM trail_event WHERE id = ANY (?))
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT e.run, e.stream, e.sequence, 'broken-link', e.event_id
              FROM (SELECT run, stream, sequence FROM fresh
                     UNION
                    SELECT run, stream, sequence + 1 FROM fresh) AS place
              JOIN trail_event e USING (run, stream, sequence)
              LEFT JOIN trail_event p ON p.run = e.run AND p.stream = e.stream AND p.sequence = e.sequence - 1
             WHERE CASE WHEN e.sequence = 1 THEN e.previous_hash <> '' ELSE p.hash <> e.previous_hash END
                ON CONFLICT DO NOTHING
            """;

    /** Refused events that are not simply the same again: another event in a place that is taken, or a known id with other content. */
    static final String FIND_IMPOSTORS = """
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT r.run, r.stream, r.sequence, CASE WHEN e.event_id IS NULL THEN 'fork' ELSE 'altered-copy' END, r.event_id
              FROM unnest(?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::bytea[]) AS r (event_id, run, stream, sequence, hash)
              LEFT JOIN trail_event e ON e.event_id = r.event_id
             WHERE e.event_id IS NULL OR e.hash <> r.hash
                ON CONFLICT DO NOTHING
            """;

    static final String RECORD_BROKEN_HASHES = """
            INSERT INTO trail_finding (run, stream, sequence, kind, event_id)
            SELECT run, stream, sequence, 'broken-hash', event_id
              FROM trail_event
             WHERE event_id = ANY (?)
                ON CONFLICT DO NOTHING
            """;

    static final String MAKE_PARTITION = "SELECT make_trail_partition(?)";

    private TrailStatements() {}
}
