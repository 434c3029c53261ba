package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * The limit of a run that migrates so many entities and no more. One heap is worked on at a time, with what the heaps before have left of the limit: two at once would
 * each use it up.
 */
@ApplicationScoped
class Quota {

    /** Entities that were left as they are for a reason used the limit up too. */
    private static final String LEFT = """
            SELECT greatest(0, r.entity_limit - coalesce(sum(s.migrated + s.skipped + s.conflict + s.failed), 0))::bigint AS entities
              FROM godwit.run AS r
              LEFT JOIN godwit.stream AS s ON s.run_id = r.id
             WHERE r.id = $1
             GROUP BY r.entity_limit
            """;

    private final Chunks chunks;

    @Inject
    Quota(Chunks chunks) {
        this.chunks = chunks;
    }

    /** Cuts the next heap that the generation has left out; false when the limit is used up or no heap is left. Joins the caller's transaction. */
    Uni<Boolean> cutNext(SqlConnection connection, Run run, RunContext context, int generation) {
        return left(connection, run)
                .chain(left -> left == 0
                        ? Uni.createFrom().item(false)
                        : chunks.uncutOfRoot(connection, context, run, generation)
                                .chain(heaps -> heaps.isEmpty()
                                        ? Uni.createFrom().item(false)
                                        : chunks.cutLimited(connection, context, generation, heaps.get(0), left)
                                                .replaceWith(true)));
    }

    private static Uni<Long> left(SqlConnection connection, Run run) {
        return connection.preparedQuery(LEFT).execute(Tuple.of(run.id())).map(rows -> rows.iterator()
                .next()
                .getLong("entities"));
    }
}
