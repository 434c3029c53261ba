package dev.godwit.migration.run;

import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.CaptureSource;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Drives every run in hand one step on, again and again. Each instance does so; an advisory lock, which dies with its session, lets one of them at a time drive a run.
 * What has been reached stands in the run's row, so that whoever drives next goes on from there.
 */
@ApplicationScoped
public class RunDriver {

    private static final Logger LOG = Logger.getLogger(RunDriver.class);

    /** Class of the advisory locks by which one instance drives a run. */
    static final int DRIVER = 24745;

    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final int REMEMBERED_MAX = 1000;

    private final Pool pool;
    private final Runs runs;
    private final RunSteps steps;
    private final SchemaSteps schemaSteps;
    private final CaptureSource source;
    private final GodwitConfig config;
    private final Map<String, Instant> told = new ConcurrentHashMap<>();
    private volatile Instant lookAt = Instant.MIN;
    private Cancellable rounds;

    @Inject
    public RunDriver(
            Pool pool, Runs runs, RunSteps steps, SchemaSteps schemaSteps, CaptureSource source, GodwitConfig config) {
        this.schemaSteps = schemaSteps;
        this.source = source;
        this.config = config;
        this.pool = pool;
        this.runs = runs;
        this.steps = steps;
    }

    /** The one subscription of the service's own: everything else is asked for by a message or a request. Rounds do not overlap; late ones are left out. */
    void start(@Observes StartupEvent started) {
        rounds = Multi.createFrom()
                .ticks()
                .every(config.driver().every())
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> drive())
                .subscribe()
                .with(
                        ignored -> {},
                        failure -> LOG.error("Runs are not driven any more; restart this instance", failure));
    }

    @PreDestroy
    void stop() {
        if (rounds != null) {
            rounds.cancel();
        }
    }

    /** One round over all runs in hand. */
    private Uni<Void> drive() {
        return runs.active()
                .call(active -> active.isEmpty() ? Uni.createFrom().voidItem() : watchSource())
                .chain(active -> Multi.createFrom()
                        .iterable(active)
                        .onItem()
                        .transformToUniAndMerge(this::driveOne)
                        .onItem()
                        .ignoreAsUni())
                .onFailure()
                .invoke(failure -> LOG.debugf("Runs cannot be driven now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** Seen often, a source that was replaced has had little time to look like the old one again. */
    private Uni<Void> watchSource() {
        Instant now = Instant.now();
        if (now.isBefore(lookAt)) {
            return Uni.createFrom().voidItem();
        }
        lookAt = now.plus(LOOK_EVERY);
        return source.look()
                .onFailure()
                .invoke(failure -> LOG.warnf("Where changes come from cannot be seen: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem(false)
                .replaceWithVoid();
    }

    private Uni<Void> driveOne(Run run) {
        return pool.withConnection(connection -> lock(connection, run)
                        .chain(mine -> mine
                                ? stepAndTell(run).eventually(() -> unlock(connection, run))
                                : Uni.createFrom().voidItem()))
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("Run %s waits (%s): %s", run.id(), run.phase(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    private static Uni<Boolean> lock(SqlConnection connection, Run run) {
        return connection
                .preparedQuery("SELECT pg_try_advisory_lock($1, $2) AS mine")
                .execute(Tuple.of(DRIVER, (int) run.serial()))
                .map(rows -> rows.iterator().next().getBoolean("mine"));
    }

    private static Uni<Void> unlock(SqlConnection connection, Run run) {
        return connection
                .preparedQuery("SELECT pg_advisory_unlock($1, $2)")
                .execute(Tuple.of(DRIVER, (int) run.serial()))
                .replaceWithVoid();
    }

    /** The row is read again under the lock: another instance may have moved the run on meanwhile. */
    private Uni<Void> stepAndTell(Run seen) {
        return runs.find(seen.id())
                .chain(found -> found.isEmpty() ? Uni.createFrom().voidItem() : step(found.get()))
                .chain(() -> tell(seen));
    }

    private Uni<Void> step(Run run) {
        return SchemaSteps.drives(run) ? schemaSteps.step(run) : steps.step(run);
    }

    private Uni<Void> tell(Run run) {
        Instant now = Instant.now();
        Instant last = told.get(run.id());
        if (last != null && now.isBefore(last.plus(PROGRESS_EVERY))) {
            return Uni.createFrom().voidItem();
        }
        if (told.size() > REMEMBERED_MAX) {
            told.clear();
        }
        told.put(run.id(), now);
        return runs.announceProgress(run.id());
    }
}
