package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Cuts a run's tables for one more backfill, after changes may have been lost. A run of a part of the table stays with its part. */
@ApplicationScoped
class Rescan {

    /** Heartbeats that were lost are made up for by the scan. */
    private static final String BEGUN = """
            UPDATE godwit.run
               SET rescan = false, first_heartbeat = (SELECT coalesce(max(number), 0) FROM godwit.heartbeat)
             WHERE id = $1
            """;

    /** What is left of a limit: entities that were left as they are for a reason used it up too. */
    private static final String LEFT = """
            SELECT greatest(0, r.entity_limit - coalesce(sum(s.migrated + s.skipped + s.conflict + s.failed), 0))::bigint AS entities
              FROM godwit.run AS r
              LEFT JOIN godwit.stream AS s ON s.run_id = r.id
             WHERE r.id = $1
             GROUP BY r.entity_limit
            """;

    private final Chunks chunks;

    @Inject
    Rescan(Chunks chunks) {
        this.chunks = chunks;
    }

    /** Joins the caller's transaction. */
    Uni<Void> cut(SqlConnection connection, Run run, RunContext context, int generation) {
        return root(connection, run, context, generation)
                .chain(() -> connection.preparedQuery(BEGUN).execute(Tuple.of(run.id())))
                .replaceWithVoid();
    }

    private Uni<Void> root(SqlConnection connection, Run run, RunContext context, int generation) {
        if (run.onlyKeys()) {
            return Uni.createFrom().voidItem();
        }
        if (run.limit().isEmpty()) {
            return chunks.cutRoot(connection, context, Kind.BACKFILL, generation, Optional.empty());
        }
        return connection.preparedQuery(LEFT).execute(Tuple.of(run.id())).chain(rows -> {
            long left = rows.iterator().next().getLong("entities");
            return left == 0
                    ? Uni.createFrom().voidItem()
                    : chunks.cutRoot(connection, context, Kind.BACKFILL, generation, Optional.of(left));
        });
    }
}
