package dev.godwit.migration.tail;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.run.GodwitConfig;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Keys of changes that a run cannot take now, because it is paused, failed or somebody is in the way. They wait with the run, so that it neither blocks the others on its
 * partition nor loses anything. They do not pile up without limit: beyond it the run reads its tables once more when it goes on, and needs no keys.
 */
@ApplicationScoped
class ParkedKeys {

    private static final Logger LOG = Logger.getLogger(ParkedKeys.class);

    /** Nothing is kept for a run that is stopped and will scan: what an event tells of stands in the table by then. */
    private static final String PARK = """
            INSERT INTO godwit.pending_key (run_id, relation, key, cause)
            SELECT r.id, $2, t.key, 'parked'
              FROM godwit.run AS r, unnest($3::text[]) AS t(key)
             WHERE r.id = $1
               AND NOT (r.rescan AND r.state IN ('paused', 'failed'))
            ON CONFLICT DO NOTHING
            """;

    private static final String GIVE_UP = """
            UPDATE godwit.run
               SET rescan = true
             WHERE id = $1
               AND $2::bigint < (SELECT count(*)
                           FROM (SELECT FROM godwit.pending_key WHERE run_id = $1 AND cause = 'parked' LIMIT $2::bigint + 1) AS parked)
            """;

    private static final String DROP = """
            DELETE FROM godwit.pending_key
             WHERE run_id = $1
               AND cause = 'parked'
            """;

    private final Batches batches;
    private final long max;

    @Inject
    ParkedKeys(Batches batches, GodwitConfig config) {
        this(batches, config.capture().parkedKeysMax());
    }

    ParkedKeys(Batches batches, long max) {
        this.batches = batches;
        this.max = max;
    }

    /** Sets keys aside by table; transaction: its own. */
    Uni<Void> add(String runId, Map<TableName, Set<String>> keys) {
        return batches.inTransaction(connection -> Multi.createFrom()
                .iterable(keys.entrySet())
                .onItem()
                .transformToUniAndConcatenate(table -> connection
                        .preparedQuery(PARK)
                        .execute(Tuple.of(
                                runId,
                                table.getKey().toString(),
                                table.getValue().toArray(String[]::new))))
                .onItem()
                .ignoreAsUni()
                .chain(() -> limit(connection, runId)));
    }

    private Uni<Void> limit(SqlConnection connection, String runId) {
        return connection
                .preparedQuery(GIVE_UP)
                .execute(Tuple.of(runId, max))
                .chain(rows -> rows.rowCount() == 0
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery(DROP)
                                .execute(Tuple.of(runId))
                                .invoke(dropped -> LOG.infof(
                                        "Run %s: more than %d changes wait for it; it scans its tables once more when it goes on",
                                        runId, max))
                                .replaceWithVoid());
    }
}
