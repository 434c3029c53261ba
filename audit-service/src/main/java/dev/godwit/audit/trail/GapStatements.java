package dev.godwit.audit.trail;

/** The statements of {@link Gaps}. */
final class GapStatements {

    static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('godwit-trail-gaps'))";

    /** Numbers that are missing below the highest that came, or the end that the run's last event names; nothing of runs that have been quiet for longer than may be asked for. */
    static final String MISSING = """
            WITH ends AS (
                SELECT r.id AS run, e.stream, e.sequence
                  FROM run r, jsonb_to_recordset(r.streams::jsonb) AS e (stream text, sequence bigint)
                 WHERE r.streams IS NOT NULL AND r.ended_at IS NOT NULL
                   AND r.touched_at > clock_timestamp() - ?::bigint * interval '1 millisecond'),
            short AS (
                SELECT run, stream, max(last) AS last
                  FROM (SELECT s.run, s.stream, s.last_sequence AS last
                          FROM trail_stream s
                         WHERE s.events < s.last_sequence
                           AND s.touched_at > clock_timestamp() - ?::bigint * interval '1 millisecond'
                         UNION ALL
                        SELECT e.run, e.stream, greatest(e.sequence, s.last_sequence)
                          FROM ends e
                          LEFT JOIN trail_stream s USING (run, stream)
                         WHERE e.stream <> '*' AND coalesce(s.events, 0) < e.sequence) AS known
                 GROUP BY run, stream)
            SELECT s.run, s.stream, g.first, g.last
              FROM short s
             CROSS JOIN LATERAL (SELECT before + 1 AS first, sequence - 1 AS last
                                   FROM (SELECT sequence, lag(sequence, 1, 0::bigint) OVER (ORDER BY sequence) AS before
                                           FROM (SELECT e.sequence FROM trail_event e WHERE e.run = s.run AND e.stream = s.stream
                                                  UNION
                                                 SELECT s.last + 1) AS here) AS pairs
                                  WHERE sequence > before + 1) AS g
             ORDER BY s.run, s.stream, g.first
             LIMIT 1000
            """;

    /** Runs that name one end for all their streams, which is compared as a whole. */
    static final String ENDS_OF_ALL = """
            SELECT r.id AS run, e.sequence, e.hash
              FROM run r, jsonb_to_recordset(r.streams::jsonb) AS e (stream text, sequence bigint, hash text)
             WHERE r.streams IS NOT NULL AND r.ended_at IS NOT NULL AND e.stream = '*'
               AND r.touched_at > clock_timestamp() - ?::bigint * interval '1 millisecond'
            """;

    static final String STREAMS = """
            SELECT stream, lane, events, outcomes, last_sequence, encode(last_hash, 'hex') AS last_hash
              FROM trail_stream
             WHERE run = ?
            """;

    /** Of those that are told, the runs of which not everything has come. */
    static final String BEHIND = """
            SELECT told.run, told.version
              FROM unnest(?::text[], ?::bigint[]) AS told (run, version)
              LEFT JOIN run r ON r.id = told.run
             WHERE r.version IS NULL OR r.version < told.version
            """;

    static final String RECORD = """
            INSERT INTO trail_gap AS g (run, stream, first, last)
            SELECT run, stream, first, last
              FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) AS found (run, stream, first, last)
                ON CONFLICT (run, stream, first) DO UPDATE
               SET last = excluded.last, filled_at = NULL
             WHERE g.filled_at IS NOT NULL OR g.last <> excluded.last
            """;

    /** Whatever is there by now, and pieces that are known more closely. */
    static final String CLOSE = """
            UPDATE trail_gap g
               SET filled_at = clock_timestamp()
             WHERE g.filled_at IS NULL
               AND CASE g.stream
                   WHEN '' THEN EXISTS (SELECT FROM run r WHERE r.id = g.run AND r.version >= g.last)
                   WHEN '*' THEN g.run = ANY (?::text[])
                   ELSE (SELECT count(*) FROM trail_event e
                          WHERE e.run = g.run AND e.stream = g.stream AND e.sequence BETWEEN g.first AND g.last) = g.last - g.first + 1
                     OR EXISTS (SELECT FROM trail_event e WHERE e.run = g.run AND e.stream = g.stream AND e.sequence = g.first)
                   END
            """;

    /** Open for longer than what is late may be, and not asked for a while; each time the pause is twice as long. */
    static final String DUE = """
            SELECT run, stream, first, last, asked, forgotten
              FROM trail_gap
             WHERE filled_at IS NULL
               AND greatest(found_at, asked_at) <= clock_timestamp() - ?::bigint * (1 << least(asked, 10)) * interval '1 millisecond'
             ORDER BY run, stream, first
             LIMIT 1000
            """;

    static final String ANSWERED = """
            UPDATE trail_gap
               SET asked = asked + 1, asked_at = clock_timestamp(), forgotten = ?
             WHERE run = ? AND stream = ? AND first = ?
            """;

    static final String OPEN = """
            SELECT run, stream, first, last, asked, forgotten
              FROM trail_gap
             WHERE filled_at IS NULL AND (?::text IS NULL OR run = ?)
             ORDER BY run, stream, first
             LIMIT 100
            """;

    private GapStatements() {}
}
