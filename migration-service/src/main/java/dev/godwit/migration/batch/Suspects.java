package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;

/** Keys of entities that a verification saw to be gone, in the caller's transaction. Only a second look, behind everything that was under way, tells whether that was missed. */
public final class Suspects {

    private static final String ADD = """
            INSERT INTO godwit.suspect (run_id, key)
            SELECT DISTINCT $1, key
              FROM unnest($2::text[]) AS k(key)
            ON CONFLICT (run_id, key) DO UPDATE SET found = NULL
            """;

    private static final String TAKE = """
            SELECT key
              FROM godwit.suspect
             WHERE run_id = $1
               AND found IS NULL
             ORDER BY key
             LIMIT $2
               FOR UPDATE
            """;

    private static final String JUDGE = """
            UPDATE godwit.suspect
               SET found = key = ANY ($3::text[])
             WHERE run_id = $1
               AND key = ANY ($2::text[])
            """;

    private static final String CLEAR = "DELETE FROM godwit.suspect WHERE run_id = $1";

    private static final String FOUND = """
            SELECT count(*) FILTER (WHERE found IS NULL) AS open, count(*) FILTER (WHERE found) AS found
              FROM godwit.suspect
             WHERE run_id = $1
            """;

    private final SqlConnection connection;
    private final String runId;

    public Suspects(SqlConnection connection, String runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /**
     * How far the second look is.
     *
     * @param open keys that nobody has looked at again
     * @param found keys that were a difference
     */
    public record Found(long open, long found) {}

    /** Suspects these as well. */
    Uni<Void> add(Collection<String> keys) {
        return keys.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(ADD)
                        .execute(Tuple.of(runId, keys.toArray(String[]::new)))
                        .replaceWithVoid();
    }

    /** Some that nobody has looked at again; nobody else gets them meanwhile. */
    public Uni<List<String>> take(int max) {
        return Rows.query(connection, TAKE, Tuple.of(runId, max)).map(rows -> Rows.texts(rows, "key"));
    }

    /** Notes which of the keys were a difference. */
    public Uni<Void> judged(Collection<String> keys, Collection<String> different) {
        return connection
                .preparedQuery(JUDGE)
                .execute(Tuple.of(runId, keys.toArray(String[]::new), different.toArray(String[]::new)))
                .replaceWithVoid();
    }

    /** Suspects nobody any more. */
    public Uni<Void> clear() {
        return connection.preparedQuery(CLEAR).execute(Tuple.of(runId)).replaceWithVoid();
    }

    public Uni<Found> found() {
        return connection.preparedQuery(FOUND).execute(Tuple.of(runId)).map(rows -> {
            var row = rows.iterator().next();
            return new Found(row.getLong("open"), row.getLong("found"));
        });
    }
}
