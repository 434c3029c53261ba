package dev.godwit.migration.series;

import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.run.StartCommand;
import dev.godwit.migration.sql.AdvisoryLock;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Moves series on: starts the run of the next member once what it needs is done. Every instance looks; an advisory lock, which dies with its session, lets one at a time
 * act.
 *
 * <p>Idempotency: the run of a member has a command id made of the series and the migration, so that an instance that dies between the start and the record of it leaves
 * nothing in doubt: whoever comes next gets the same run.
 */
@ApplicationScoped
class SeriesDriver {

    private static final Logger LOG = Logger.getLogger(SeriesDriver.class);

    /** Class of the advisory locks by which one instance moves a series on. */
    private static final int DRIVER = 24749;

    /** In one round of the scheduler's. */
    private static final int LOOKS = 5;

    private static final String OVERLAPPING = "overlapping_run";

    /** How long a member waits for other runs on its tables before it is tried again. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** Runs that may yet get out of the way by themselves, or by somebody's command. A failed one is in the way until somebody decides. */
    private static final String OTHERS_UNDER_WAY = """
            SELECT EXISTS (SELECT
                             FROM godwit.run
                            WHERE mode = 'commit'
                              AND state NOT IN ('completed', 'cancelled', 'rolled-back', 'failed')) AS found
            """;

    private final SeriesStore store;
    private final RunService runService;
    private final Runs runs;
    private final Pool pool;
    private final GodwitConfig config;

    @Inject
    SeriesDriver(SeriesStore store, RunService runService, Runs runs, Pool pool, GodwitConfig config) {
        this.config = config;
        this.store = store;
        this.runService = runService;
        this.runs = runs;
        this.pool = pool;
    }

    /** The scheduler's clock ticks once a second; as long as there is a series in hand it is looked at as often as runs are. */
    @Scheduled(every = "1s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> advance() {
        return Multi.createBy()
                .repeating()
                .uni(this::advanceAll)
                .withDelay(config.driver().every())
                .whilst(any -> any)
                .select()
                .first(LOOKS)
                .onItem()
                .ignoreAsUni()
                .onFailure()
                .invoke(failure -> LOG.debugf("Series cannot be moved on now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** False when there is none. */
    private Uni<Boolean> advanceAll() {
        return store.running().chain(found -> Multi.createFrom()
                .iterable(found)
                .onItem()
                .transformToUniAndConcatenate(this::advance)
                .onItem()
                .ignoreAsUni()
                .replaceWith(!found.isEmpty()));
    }

    private Uni<Void> advance(Series series) {
        return new AdvisoryLock(DRIVER, series.serial())
                .whileMine(pool, () -> step(series))
                .onFailure()
                .invoke(failure -> LOG.warnf("Series %s waits: %s", series.id(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** Read under the lock: another instance may have moved the series on meanwhile. */
    private Uni<Void> step(Series seen) {
        return store.find(seen.id())
                .chain(found -> found.filter(series -> series.state().equals(Series.RUNNING))
                        .map(this::stepOn)
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private Uni<Void> stepOn(Series series) {
        return store.members(series.id()).chain(members -> {
            Progress progress = new Progress(series.commit(), members);
            if (progress.isOver()) {
                return store.end(series, progress.isWell() ? Series.COMPLETED : Series.FAILED);
            }
            return progress.next().map(member -> start(series, member)).orElseGet(() -> Uni.createFrom()
                    .voidItem());
        });
    }

    private Uni<Void> start(Series series, Member member) {
        return runService
                .start(command(series, member))
                .chain(run -> store.started(series, member, run.getString("run")))
                .onFailure(Refusal.class)
                .recoverWithUni(failure -> refused(series, member, failure))
                .onFailure(SeriesDriver::isFinal)
                .recoverWithUni(failure -> store.refused(
                        series,
                        member,
                        new Refusal(Refusal.Kind.REFUSED, PgErrors.code(failure), PgErrors.describe(failure))));
    }

    private static boolean isFinal(Throwable failure) {
        ErrorClass error = PgErrors.classify(failure);
        return error == ErrorClass.DATA || error == ErrorClass.STATEMENT;
    }

    private static StartCommand command(Series series, Member member) {
        return new StartCommand(
                series.id() + "/" + member.migration(),
                member.migration(),
                series.commit(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                series.follows(member),
                Optional.empty(),
                series.pace(),
                Optional.empty(),
                false,
                series.requestedBy(),
                Optional.of(series.reason().orElse("part of series " + series.id())),
                series.traceparent());
    }

    /** Other runs on the same tables are waited for, unless none is left that could get out of the way. */
    private Uni<Void> refused(Series series, Member member, Refusal refusal) {
        if (!refusal.code().equals(OVERLAPPING)) {
            return store.refused(series, member, refusal);
        }
        return runs.execute(OTHERS_UNDER_WAY)
                .map(rows -> rows.iterator().next().getBoolean("found"))
                .chain(others -> others
                        ? store.later(series, member, "waits: " + refusal.getMessage(), PAUSE)
                        : store.refused(series, member, refusal));
    }
}
