package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Keys that wait for a run, in {@code godwit.pending_key}. Transaction: joins the caller's. Idempotency: a key waits once. */
public final class WaitingKeys {

    /** Why keys wait. */
    public enum Cause {
        /** Rows that the application wrote while the run could not take them. */
        PARKED,
        /** Rows that our own writes moved, maybe out of a range that is yet to be read. */
        MOVED,
        /** Rows of a range that no batch got through with. */
        ISOLATED,
        /** Entities whose new key belongs to a row that has to move first. */
        OCCUPIED,
        /** The entities that the run is limited to. */
        ONLY,
        /** Rows that referred to one that was not there, and is by now. */
        AWAITED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String ADD = """
            INSERT INTO godwit.pending_key (run_id, relation, refers, key, cause, not_before)
            SELECT r.id, $2, $3, t.key, $5, CASE WHEN $5 = 'occupied' THEN clock_timestamp() + interval '200 milliseconds' ELSE '-infinity' END
              FROM godwit.run AS r, unnest($4::text[]) AS t(key)
             WHERE r.id = $1
            ON CONFLICT DO NOTHING
            """;

    /**
     * Nothing is parked for a run that will scan: what an event tells of stands in the table by then. A scan that is being cut has measured the table already: its end is waited for, and the key
     * is parked. So the row is locked first, and asked then: a condition beside the lock would not wait.
     */
    private static final String PARK = """
            WITH locked AS MATERIALIZED (
                SELECT id, rescan
                  FROM godwit.run
                 WHERE id = $1
                   FOR SHARE)
            INSERT INTO godwit.pending_key (run_id, relation, refers, key, cause, not_before)
            SELECT r.id, $2, $3, t.key, $5, '-infinity'
              FROM locked AS r, unnest($4::text[]) AS t(key)
             WHERE NOT r.rescan
            ON CONFLICT DO NOTHING
            """;

    private static final String MORE_THAN = """
            SELECT $3::bigint < (SELECT count(*)
                                   FROM (SELECT FROM godwit.pending_key WHERE run_id = $1 AND cause = $2 LIMIT $3::bigint + 1) AS waiting) AS more
            """;

    private static final String DROP = """
            DELETE FROM godwit.pending_key
             WHERE run_id = $1
               AND cause = $2
            """;

    /**
     * Keys of one table and one command, oldest causes first; of those that failed together a few, and of those that failed again, one. They are deleted at once, and wait again when the
     * transaction fails: whoever lets one of them wait anew meanwhile has to wait for its end, where beside a row that was only locked he would have found it waiting already.
     */
    private static final String TAKE = """
            WITH first AS (
                SELECT relation, refers, command_id, attempts
                  FROM godwit.pending_key
                 WHERE run_id = $1
                   AND not_before <= clock_timestamp()
                   AND (command_id IS NOT NULL) = $3
                 ORDER BY attempts, command_id NULLS LAST
                 LIMIT 1),
                 ready AS MATERIALIZED (
                SELECT p.ctid AS place
                  FROM godwit.pending_key AS p
                  JOIN first ON first.relation = p.relation
                            AND first.refers = p.refers
                            AND first.command_id IS NOT DISTINCT FROM p.command_id
                 WHERE p.run_id = $1
                   AND p.not_before <= clock_timestamp()
                   AND p.attempts = first.attempts
                 LIMIT (SELECT CASE attempts WHEN 0 THEN $2::integer WHEN 1 THEN least($2::integer, $4::integer) ELSE 1 END FROM first)
                   FOR UPDATE OF p SKIP LOCKED)
            DELETE FROM godwit.pending_key AS t
             USING ready
             WHERE t.ctid = ready.place
            RETURNING t.relation, t.refers, t.key, t.command_id, t.attempts
            """;

    /** So many of which one may be at fault: the others of a batch of 500 then take thirty transactions, not 500. */
    private static final int FEW = 16;

    private static final String REMOVE = """
            DELETE FROM godwit.pending_key
             WHERE run_id = $1
               AND relation = $2
               AND refers = $3
               AND key = ANY ($4::text[])
               AND command_id IS NOT DISTINCT FROM $5
            """;

    private static final String DEFER = """
            UPDATE godwit.pending_key
               SET attempts = attempts + 1, not_before = clock_timestamp() + interval '100 milliseconds' * least(attempts + 1, 20)
             WHERE run_id = $1
               AND relation = $2
               AND refers = $3
               AND key = ANY ($4::text[])
               AND command_id IS NOT DISTINCT FROM $5
            """;

    /** Zero rows: the run ended a moment ago, and would never answer. */
    private static final String REQUEST = """
            INSERT INTO godwit.pending_key (run_id, relation, key, cause, command_id)
            SELECT r.id, $2, k.key, 'requested', $4
              FROM godwit.run AS r
             CROSS JOIN unnest($3::text[]) AS k(key)
             WHERE r.id = $1
               AND r.state IN ('planning', 'backfilling', 'following', 'verifying', 'paused')
            ON CONFLICT DO NOTHING
            """;

    /** Commands whose keys nobody came to, and how many those are. */
    private static final String LEAVE_REQUESTS = """
            WITH left_over AS (
                DELETE FROM godwit.pending_key
                 WHERE run_id = $1
                   AND command_id IS NOT NULL
                RETURNING command_id)
            SELECT command_id, count(*) AS keys
              FROM left_over
             GROUP BY command_id
            """;

    private static final String RETRY = """
            INSERT INTO godwit.pending_key (run_id, relation, key, cause)
            SELECT q.run_id, r.name, q.key, 'retry'
              FROM godwit.quarantine AS q
              JOIN godwit.relation AS r ON r.run_id = q.run_id
                                       AND r.relation = 0
             WHERE q.run_id = $1
               AND q.outcome = 'failed'
            ON CONFLICT DO NOTHING
            """;

    private static final String CLEAR = "DELETE FROM godwit.pending_key WHERE run_id = $1";

    private final SqlConnection connection;
    private final String runId;

    public WaitingKeys(SqlConnection connection, String runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /**
     * Keys that were taken together.
     *
     * @param refers whether they name rows by their primary keys, because these only refer to entities
     * @param commandId who asked for them
     * @param attempts how often they were deferred; a key that was twice is taken alone
     */
    public record Taken(TableName table, boolean refers, List<String> keys, Optional<String> commandId, int attempts) {}

    /** Lets keys of entities wait, those whose place is occupied for a moment at least; answers how many did not wait already. */
    public Uni<Integer> add(TableName table, Collection<String> keys, Cause cause) {
        return add(table, false, keys, cause);
    }

    /** The same; {@code refers}: the keys are primary keys of rows that refer to entities. */
    public Uni<Integer> add(TableName table, boolean refers, Collection<String> keys, Cause cause) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        Tuple row = Tuple.of(runId, table.toString(), refers, keys.toArray(String[]::new), cause.wireName());
        return execute(cause == Cause.PARKED ? PARK : ADD, row).map(RowSet::rowCount);
    }

    /** Whether more than so many keys wait for this cause. */
    public Uni<Boolean> moreThan(long max, Cause cause) {
        return execute(MORE_THAN, Tuple.of(runId, cause.wireName(), max))
                .map(rows -> rows.iterator().next().getBoolean("more"));
    }

    /** Forgets all keys that wait for this cause. */
    public Uni<Void> drop(Cause cause) {
        return execute(DROP, Tuple.of(runId, cause.wireName())).replaceWithVoid();
    }

    /**
     * Takes keys whose time has come: they wait no longer, unless the transaction fails.
     *
     * @param requested keys that another service asked for, else all others
     */
    public Uni<Optional<Taken>> take(int max, boolean requested) {
        return execute(TAKE, Tuple.of(runId, max, requested, FEW)).map(rows -> {
            List<Row> list = StreamSupport.stream(rows.spliterator(), false).toList();
            return list.isEmpty() ? Optional.empty() : Optional.of(taken(list));
        });
    }

    private static Taken taken(List<Row> rows) {
        Row first = rows.get(0);
        return new Taken(
                TableName.parse(first.getString("relation")),
                first.getBoolean("refers"),
                rows.stream().map(row -> row.getString("key")).toList(),
                Optional.ofNullable(first.getString("command_id")),
                first.getInteger("attempts"));
    }

    /** These keys wait no longer. */
    public Uni<Void> remove(Taken taken) {
        return execute(REMOVE, row(taken)).replaceWithVoid();
    }

    /** Lets keys wait longer, each time more, and then be taken by fewer, and in the end one by one. */
    public Uni<Void> defer(Taken taken) {
        return execute(DEFER, row(taken)).replaceWithVoid();
    }

    /**
     * Lets keys wait that a command asks for. The caller holds the run's fence, so that the run cannot end before the keys are there to be seen.
     *
     * @return how many did not wait for this command already; 0 also when the run has ended
     */
    public Uni<Integer> request(TableName table, Collection<String> keys, String commandId) {
        return execute(REQUEST, Tuple.of(runId, table.toString(), keys.toArray(String[]::new), commandId))
                .map(RowSet::rowCount);
    }

    /** Forgets what commands asked for; answers how many keys of each command nobody came to. */
    public Uni<Map<String, Long>> leaveRequests() {
        return execute(LEAVE_REQUESTS, Tuple.of(runId)).map(rows -> {
            Map<String, Long> left = new LinkedHashMap<>();
            rows.forEach(row -> left.put(row.getString("command_id"), row.getLong("keys")));
            return left;
        });
    }

    /** Lets all entities wait that are in quarantine because they failed. */
    public Uni<Void> retry() {
        return execute(RETRY, Tuple.of(runId)).replaceWithVoid();
    }

    /** Forgets all keys, whatever they wait for. */
    public Uni<Void> clear() {
        return execute(CLEAR, Tuple.of(runId)).replaceWithVoid();
    }

    private Tuple row(Taken taken) {
        return Tuple.of(
                runId,
                taken.table().toString(),
                taken.refers(),
                taken.keys().toArray(String[]::new),
                taken.commandId().orElse(null));
    }

    private Uni<RowSet<Row>> execute(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
