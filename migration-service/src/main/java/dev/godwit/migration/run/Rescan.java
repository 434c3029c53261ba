package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Cuts a run's tables for one more backfill, after changes may have been lost. A run of a part of the table stays with its part. */
@ApplicationScoped
class Rescan {

    /**
     * Heartbeats that were lost are made up for by the scan. What only an event or a verification tells of, a row of an import that is gone, a reference that came late, is not: a run that
     * follows on, and would not verify by itself, does so once.
     */
    private static final String BEGUN = """
            UPDATE godwit.run
               SET rescan = false,
                   verify_asked = verify_asked OR (follow AND NOT complete_asked),
                   first_heartbeat = CASE $2 WHEN '' THEN (SELECT coalesce(max(number), 0) FROM godwit.heartbeat)
                                             ELSE (SELECT coalesce(max(number), 0) FROM godwit.source_heartbeat WHERE database = $2) END
             WHERE id = $1
            """;

    private final Chunks chunks;
    private final Quota quota;

    @Inject
    Rescan(Chunks chunks, Quota quota) {
        this.chunks = chunks;
        this.quota = quota;
    }

    /** Joins the caller's transaction. */
    Uni<Void> cut(SqlConnection connection, Run run, RunContext context, int generation) {
        return root(connection, run, context, generation)
                .chain(() -> connection
                        .preparedQuery(BEGUN)
                        .execute(Tuple.of(
                                run.id(), context.operation().root().source().orElse(""))))
                .replaceWithVoid();
    }

    private Uni<Void> root(SqlConnection connection, Run run, RunContext context, int generation) {
        if (run.onlyKeys()) {
            return Uni.createFrom().voidItem();
        }
        return run.limit().isPresent()
                ? quota.cutNext(connection, run, context, generation).replaceWithVoid()
                : chunks.cutRoot(connection, context, Kind.BACKFILL, generation);
    }
}
