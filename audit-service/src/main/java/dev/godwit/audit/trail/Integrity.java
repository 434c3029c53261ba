package dev.godwit.audit.trail;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Computes a run's chains again from the rows that are stored now, in the database, so that size costs time and not memory. */
@ApplicationScoped
public class Integrity {

    private static final String RECOMPUTE = """
            WITH recomputed AS (
                SELECT e.stream, e.sequence, e.previous_hash, e.hash,
                       count(o.position) = e.outcomes
                           AND coalesce(bool_and(o.salt IS NULL OR o.leaf = sha256(net(o.salt) || net(o.table_name) || net(o.key)
                                   || net(coalesce(o.new_key, '')) || net(o.outcome) || net(coalesce(o.reason, '')))), true) AS leaves_hold,
                       e.hash = sha256(net(encode(e.previous_hash, 'hex')) || net(e.run) || net(e.stream) || net(e.sequence::text)
                                   || net(e.event_id::text) || coalesce(string_agg(o.leaf, ''::bytea ORDER BY o.position), ''::bytea)) AS hash_holds
                  FROM trail_event e
                  LEFT JOIN trail_outcome o ON o.event = e.id
                 WHERE e.run = $1
                 GROUP BY e.id),
            chained AS (
                SELECT *, lag(sequence) OVER chain AS before, lag(hash) OVER chain AS hash_before
                  FROM recomputed
                WINDOW chain AS (PARTITION BY stream ORDER BY sequence)),
            judged AS (
                SELECT stream, sequence,
                       CASE WHEN NOT leaves_hold THEN 'altered-leaf'
                            WHEN NOT hash_holds THEN 'broken-hash'
                            WHEN sequence <> coalesce(before, 0) + 1 THEN 'missing'
                            WHEN previous_hash <> coalesce(hash_before, ''::bytea) THEN 'broken-link'
                        END AS kind
                  FROM chained)
            SELECT stream, sequence, kind
              FROM judged
             WHERE kind IS NOT NULL
             ORDER BY stream, sequence
             LIMIT 100
            """;

    private final Pool pool;

    Integrity(Pool pool) {
        this.pool = pool;
    }

    /** The first hundred places where a chain of the run does not hold; none when all do. Reads every row of the run. */
    public Uni<List<Finding>> recompute(String run) {
        return pool.preparedQuery(RECOMPUTE).execute(Tuple.of(run)).map(Integrity::findings);
    }

    private static List<Finding> findings(RowSet<Row> rows) {
        List<Finding> findings = new ArrayList<>();
        rows.forEach(row ->
                findings.add(new Finding(row.getString("stream"), row.getLong("sequence"), row.getString("kind"))));
        return List.copyOf(findings);
    }
}
