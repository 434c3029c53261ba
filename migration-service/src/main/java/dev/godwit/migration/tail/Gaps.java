package dev.godwit.migration.tail;

import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** What to do when changes may have been lost: every run that listens reads its tables once more. A gap never becomes a false "caught up". */
@ApplicationScoped
public class Gaps {

    private static final Logger LOG = Logger.getLogger(Gaps.class);

    /** A run in planning has not read its tables yet: it loses nothing. */
    private static final String RESCAN = """
            UPDATE godwit.run
               SET rescan = true
             WHERE state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')
               AND mode = 'commit'
            """;

    private final Runs runs;

    @Inject
    public Gaps(Runs runs) {
        this.runs = runs;
    }

    /** Notes a gap. Idempotent: a run that is to scan anyway scans once. */
    Uni<Void> found(String what) {
        return runs.inTransaction(connection -> found(connection, what));
    }

    /** The same in the caller's transaction, so that what shows the gap is not forgotten before the runs know. */
    Uni<Void> found(SqlConnection connection, String what) {
        LOG.warnf("Changes may have been lost: %s; runs in hand are re-scanned", what);
        return connection.query(RESCAN).execute().replaceWithVoid();
    }
}
