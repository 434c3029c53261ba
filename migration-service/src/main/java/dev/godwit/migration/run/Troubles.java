package dev.godwit.migration.run;

import dev.godwit.migration.blob.BlobStoreException;
import dev.godwit.migration.blob.BlobsConfig;
import dev.godwit.migration.blob.BlobsUnderWayException;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What keeps runs from their next step, or workers from their next batch: shown as the run's reason while it lasts, and the end of a run that waiting will not help.
 *
 * <p>A source that cannot be used is waited for as long as it takes. A store of blobs is waited for up to {@link BlobsConfig#outage}: then the run has failed, and can be
 * resumed. While the application's own database is away nothing can be shown.
 */
@ApplicationScoped
public class Troubles {

    private static final Logger LOG = Logger.getLogger(Troubles.class);

    /** An error of the data or the tables may be of a moment in which somebody changes them; one that comes so often in a row is not. */
    private static final int HOPELESS_MAX = 5;

    private static final String SHOW = """
            UPDATE godwit.run
               SET reason = $2
             WHERE id = $1
               AND state IN ('planning', 'backfilling', 'following', 'verifying', 'cancelling', 'rolling-back')
               AND reason IS DISTINCT FROM $2
            """;

    private static final String TAKE_BACK = """
            UPDATE godwit.run
               SET reason = NULL
             WHERE id = $1
               AND reason = $2
            """;

    private final Runs runs;
    private final Duration outageMax;
    private final Map<String, Trouble> known = new ConcurrentHashMap<>();

    @Inject
    Troubles(Runs runs, BlobsConfig blobs) {
        this(runs, blobs.outage());
    }

    /** Runs that need a store of blobs fail when it has been of no use for so long. */
    public Troubles(Runs runs, Duration outageMax) {
        this.runs = runs;
        this.outageMax = outageMax;
    }

    /**
     * What keeps somebody from going on.
     *
     * @param hopeless how often in a row the data or the statement was at fault
     * @param outageSince since when a store of blobs has been of no use
     */
    private record Trouble(String shown, int hopeless, Instant outageSince) {

        private static final Trouble NONE = new Trouble("", 0, Instant.MAX);
    }

    /** Notes that a step failed. */
    Uni<Void> noted(Run run, Throwable failure) {
        return noted(run.id(), run.id(), failure);
    }

    /** Notes that a step succeeded. */
    Uni<Void> over(Run run) {
        return over(run.id(), run.id());
    }

    /**
     * Notes that a batch of a chunk failed because something beside the application's database cannot be used, or because of its statement, whatever the rows; other failures are the
     * worker's own business.
     */
    public Uni<Void> noted(String run, int chunk, Throwable failure) {
        return isOutside(failure) || PgErrors.classify(failure) == ErrorClass.STATEMENT
                ? notGotPast(run, chunk, failure)
                : Uni.createFrom().voidItem();
    }

    /** Notes that a worker could not even get past what it cannot do. */
    public Uni<Void> notGotPast(String run, int chunk, Throwable failure) {
        return unlessAway(noted(run, worker(run, chunk), failure));
    }

    /** Notes that a batch of a chunk committed. */
    public Uni<Void> over(String run, int chunk) {
        return unlessAway(over(run, worker(run, chunk)));
    }

    /** What cannot be written down now is no reason for the worker to stop. */
    private static Uni<Void> unlessAway(Uni<Void> note) {
        return note.onFailure()
                .invoke(failure -> LOG.debugf("It cannot be shown: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    private static String worker(String run, int chunk) {
        return run + ":" + chunk;
    }

    private Uni<Void> noted(String run, String who, Throwable failure) {
        String why = PgErrors.describe(failure);
        Trouble before = known.getOrDefault(who, Trouble.NONE);
        if (!before.shown().endsWith(why)) {
            LOG.warnf("Run %s waits: %s", run, why);
        }
        if (PgErrors.classify(failure) == ErrorClass.UNAVAILABLE && !isOutside(failure)) {
            return Uni.createFrom().voidItem();
        }
        int hopeless = isHopeless(failure) ? before.hopeless() + 1 : 0;
        Instant outage = isOutage(failure) ? earlier(before.outageSince(), Steady.now()) : Instant.MAX;
        if (hopeless >= HOPELESS_MAX) {
            return fail(run, who, why);
        }
        if (isOutage(failure) && outage.plus(outageMax).isBefore(Steady.now())) {
            return fail(
                    run,
                    who,
                    "blob_store_unavailable: " + why + ", for " + outageMax.toSeconds()
                            + " s now; once it can be used: godwit resume " + run);
        }
        Trouble now = new Trouble("waits: " + why, hopeless, outage);
        known.put(who, now);
        return runs.execute(SHOW, run, now.shown()).replaceWithVoid();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private Uni<Void> fail(String run, String who, String why) {
        known.remove(who);
        return runs.fail(run, why).replaceWithVoid();
    }

    private Uni<Void> over(String run, String who) {
        Trouble trouble = known.remove(who);
        return trouble == null
                ? Uni.createFrom().voidItem()
                : runs.execute(TAKE_BACK, run, trouble.shown()).replaceWithVoid();
    }

    /** Whether data, statements or tables are not as they must be, so that trying again will not help by itself. */
    public static boolean isHopeless(Throwable failure) {
        ErrorClass error = PgErrors.classify(failure);
        return error == ErrorClass.DATA
                || error == ErrorClass.STATEMENT
                || failure instanceof CatalogException
                || failure instanceof SchemaDriftException;
    }

    private static boolean isOutside(Throwable failure) {
        return PgErrors.isSourceUnavailable(failure) || failure instanceof BlobStoreException;
    }

    private static boolean isOutage(Throwable failure) {
        return failure instanceof BlobStoreException && !(failure instanceof BlobsUnderWayException);
    }
}
