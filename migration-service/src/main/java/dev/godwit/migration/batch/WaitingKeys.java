package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.Locale;

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
        OCCUPIED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String ADD = """
            INSERT INTO godwit.pending_key (run_id, relation, key, cause, not_before)
            SELECT $1, $2, t.key, $4, CASE WHEN $4 = 'occupied' THEN clock_timestamp() + interval '200 milliseconds' ELSE '-infinity' END
              FROM unnest($3::text[]) AS t(key)
            ON CONFLICT DO NOTHING
            """;

    private final SqlConnection connection;
    private final String runId;

    public WaitingKeys(SqlConnection connection, String runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /** Lets keys of a table wait, those of occupied targets for a moment at least. */
    public Uni<Void> add(String table, Collection<String> keys, Cause cause) {
        if (keys.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple row = Tuple.of(runId, table, keys.toArray(String[]::new), cause.wireName());
        return connection.preparedQuery(ADD).execute(row).replaceWithVoid();
    }
}
