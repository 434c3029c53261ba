package dev.godwit.migration.tail;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.batch.WaitingKeys.Cause;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Keys of changes that a run cannot take now, because it is paused, failed or somebody is in the way. They wait with the run, so that it neither blocks the others on its
 * partition nor loses anything. They do not pile up without limit: beyond it the run reads its tables once more when it goes on, and needs no keys.
 */
@ApplicationScoped
class ParkedKeys {

    private static final Logger LOG = Logger.getLogger(ParkedKeys.class);

    private static final String RESCAN = """
            UPDATE godwit.run
               SET rescan = true
             WHERE id = $1
            """;

    /** Counting reads all that is counted, so it is not done for every poll: that many keys may wait beyond the limit, in each instance. */
    private static final int PART_UNCOUNTED = 16;

    private final Batches batches;
    private final long max;
    private final Map<String, Long> uncounted = new ConcurrentHashMap<>();

    @Inject
    ParkedKeys(Batches batches, GodwitConfig config) {
        this(batches, config.capture().parkedKeysMax());
    }

    ParkedKeys(Batches batches, long max) {
        this.batches = batches;
        this.max = max;
    }

    /** Sets keys aside; transaction: its own. */
    Uni<Void> add(String runId, ChangedKeys keys) {
        return batches.inTransaction(connection -> {
            WaitingKeys waiting = new WaitingKeys(connection, runId);
            return add(waiting, keys.entities(), false)
                    .chain(entities -> add(waiting, keys.rows(), true).map(rows -> entities + rows))
                    .map(added -> uncounted.merge(runId, added, Long::sum))
                    .chain(added -> added * PART_UNCOUNTED > max
                            ? limit(connection, waiting, runId)
                            : Uni.createFrom().voidItem());
        });
    }

    private static Uni<Long> add(WaitingKeys waiting, Map<TableName, Set<String>> keys, boolean refers) {
        return Multi.createFrom()
                .iterable(keys.entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                        table -> waiting.add(table.getKey(), refers, table.getValue(), Cause.PARKED))
                .collect()
                .with(Collectors.summingLong(Integer::longValue));
    }

    private Uni<Void> limit(SqlConnection connection, WaitingKeys waiting, String runId) {
        uncounted.remove(runId);
        return waiting.moreThan(max, Cause.PARKED).chain(tooMany -> {
            if (!tooMany) {
                return Uni.createFrom().voidItem();
            }
            LOG.infof(
                    "Run %s: more than %d changes wait for it; it scans its tables once more when it goes on",
                    runId, max);
            return connection.preparedQuery(RESCAN).execute(Tuple.of(runId)).chain(() -> waiting.drop(Cause.PARKED));
        });
    }
}
