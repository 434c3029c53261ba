package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Generations of a run's chunks: each is cut in the tables as they are by then, and takes the place of the one before. */
@ApplicationScoped
class Generations {

    private final Runs runs;
    private final RunContexts contexts;
    private final Chunks chunks;

    @Inject
    Generations(Runs runs, RunContexts contexts, Chunks chunks) {
        this.runs = runs;
        this.contexts = contexts;
        this.chunks = chunks;
    }

    /** Cuts the chunks of a generation in the caller's transaction. */
    interface Cut {
        Uni<Void> apply(SqlConnection connection, RunContext context, int generation);
    }

    /** Cuts in one transaction with the new generation, then fills the queue; a crash in between is mended by the sweeper of idle chunks. */
    Uni<Void> next(Run run, String phase, Cut cut) {
        return contexts.ofNext(run)
                .chain(context -> runs.inTransaction(run, connection -> chunks.begin(connection, run.id(), phase)
                        .call(generation -> cut.apply(connection, context, generation))))
                .chain(generation -> chunks.enqueue(run.id(), generation));
    }
}
