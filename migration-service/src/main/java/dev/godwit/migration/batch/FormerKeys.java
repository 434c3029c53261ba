package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the keys that lead to an entity by moves made before, of this run or of others: whoever holds one of them must hear where it leads now. The journals stay what they
 * are, one row per move, because a rollback goes back move by move; a chain of moves is made short only when it is told or asked for.
 */
final class FormerKeys {

    /**
     * Backwards, move by move. A move counts while it is not undone and nobody has left its new key since: keys can be taken again by others. Batches are
     * ordered through all runs. OFFSET 0 keeps the planner from joining the other way round: it knows little of journals that grow while it plans, and read all of them for a few keys.
     */
    private static final String FORMER = """
            WITH RECURSIVE of_table AS MATERIALIZED (
                SELECT run_id, relation
                  FROM godwit.relation
                 WHERE name = $1),
            former AS (
                SELECT k.key, m.old_key, m.undo_order
                  FROM unnest($2::text[]) AS k(key)
                 CROSS JOIN of_table AS t
                 CROSS JOIN LATERAL (
                       SELECT i.old_key, b.undo_order
                         FROM godwit.identity AS i
                         JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                        WHERE i.run_id = t.run_id AND i.relation = t.relation AND i.new_key = k.key AND i.old_key <> i.new_key
                          AND i.batch <> $3
                       OFFSET 0) AS m
                 WHERE NOT EXISTS (SELECT FROM godwit.left_by($1, k.key) AS l WHERE l.undo_order > m.undo_order AND l.batch <> $3)
                 UNION
                SELECT f.key, m.old_key, m.undo_order
                  FROM former AS f
                 CROSS JOIN of_table AS t
                 CROSS JOIN LATERAL (
                       SELECT i.old_key, b.undo_order
                         FROM godwit.identity AS i
                         JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                        WHERE i.run_id = t.run_id AND i.relation = t.relation AND i.new_key = f.old_key AND i.old_key <> i.new_key
                          AND b.undo_order < f.undo_order
                       OFFSET 0) AS m
                 WHERE NOT EXISTS (SELECT FROM godwit.left_by($1, f.old_key) AS l WHERE l.undo_order > m.undo_order AND l.undo_order < f.undo_order))
            SELECT key, array_agg(DISTINCT old_key) AS former
              FROM former
             GROUP BY key
            """;

    private final RekeyRun run;
    private final SqlConnection connection;

    FormerKeys(RekeyRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /**
     * Former keys by present key; keys without any are left out.
     *
     * @param batch the batch in hand, whose own moves do not count: they are being made, or undone
     */
    Uni<Map<String, List<String>>> of(Collection<String> keys, long batch) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        Tuple parameters = Tuple.of(run.rootName(), keys.toArray(String[]::new), batch);
        return connection.preparedQuery(FORMER).execute(parameters).map(rows -> {
            Map<String, List<String>> former = new HashMap<>();
            rows.forEach(row -> former.put(row.getString("key"), List.of(row.getArrayOfStrings("former"))));
            return former;
        });
    }
}
