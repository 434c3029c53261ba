package dev.godwit.migration.tail;

import dev.godwit.migration.run.Runs;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
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
               AND ($1 = '' OR EXISTS (SELECT FROM unnest(tables) AS t(name) WHERE starts_with(t.name, $1 || ':')))
            """;

    private final Runs runs;

    @Inject
    public Gaps(Runs runs) {
        this.runs = runs;
    }

    /** Notes a gap in what is heard of a database; of the application's, in all that is heard. Idempotent: a run that is to scan anyway scans once. */
    Uni<Void> found(Heard database, String what) {
        return runs.inTransaction(connection -> found(connection, database.name(), what));
    }

    /** The same in the caller's transaction, so that what shows the gap is not forgotten before the runs know. */
    Uni<Void> found(SqlConnection connection, Heard database, String what) {
        return found(connection, database.name(), what);
    }

    /** A gap in the topic, through which all databases are heard. */
    Uni<Void> found(SqlConnection connection, String what) {
        return found(connection, "", what);
    }

    private static Uni<Void> found(SqlConnection connection, String database, String what) {
        LOG.warnf("Changes %smay have been lost: %s; runs in hand are re-scanned", of(database), what);
        return connection.preparedQuery(RESCAN).execute(Tuple.of(database)).replaceWithVoid();
    }

    private static String of(String database) {
        return database.isEmpty() ? "" : "of " + database + " ";
    }
}
