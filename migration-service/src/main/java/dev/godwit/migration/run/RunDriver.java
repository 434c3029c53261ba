package dev.godwit.migration.run;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.ending.Ending;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.sql.AdvisoryLock;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.CaptureSource;
import dev.godwit.migration.tail.EventTopics;
import dev.godwit.migration.tail.HeardDatabases;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
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
    private static final Duration LOOK_AT_REST_EVERY = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** Not even a statement of the control plane lasts longer: what has not come by then never will, and no round may wait for it. */
    private static final Duration LOOK_AT_MOST = Duration.ofSeconds(60);

    private static final int REMEMBERED_MAX = 1000;

    /**
     * A run that is driven holds a connection for its lock, and asks the same pool for one more, or for two in a lengthy step: twelve in all. The pool has more than that,
     * so that nobody waits for a connection while holding the last.
     */
    private static final int SHORT_STEPS_MAX = 3;

    private static final int LENGTHY_STEPS_MAX = 2;

    private final Pool pool;
    private final Runs runs;
    private final RunSteps steps;
    private final SchemaSteps schemaSteps;
    private final Troubles troubles;
    private final CaptureSource source;
    private final EventTopics topics;
    private final HeardDatabases databases;
    private final GodwitConfig config;
    private final Pacing pacing;
    private final Ending ending;
    private final Pulse pulse = new Pulse(SILENCE, Steady.now());
    private final Map<String, Instant> told = new ConcurrentHashMap<>();
    private final Set<String> inHand = ConcurrentHashMap.newKeySet();
    private volatile Instant lookAt = Instant.MIN;
    private Cancellable rounds;

    @Inject
    public RunDriver(
            Pool pool,
            Runs runs,
            RunSteps steps,
            SchemaSteps schemaSteps,
            Troubles troubles,
            CaptureSource source,
            EventTopics topics,
            HeardDatabases databases,
            GodwitConfig config,
            Pacing pacing,
            Ending ending) {
        this.pacing = pacing;
        this.schemaSteps = schemaSteps;
        this.source = source;
        this.topics = topics;
        this.databases = databases;
        this.config = config;
        this.ending = ending;
        this.pool = pool;
        this.runs = runs;
        this.steps = steps;
        this.troubles = troubles;
    }

    /** The one subscription of the service's own: everything else is asked for by a message or a request. */
    void start(@Observes StartupEvent started) {
        rounds = Multi.createBy()
                .merging()
                .streams(drive(false, SHORT_STEPS_MAX), drive(true, LENGTHY_STEPS_MAX))
                .onTermination()
                .invoke(pulse::end)
                .subscribe()
                .with(
                        ignored -> {},
                        failure -> LOG.error("Runs are not driven any more; restart this instance", failure));
    }

    /** Whether rounds go on, whatever comes of them. */
    boolean isAlive() {
        return pulse.isAlive(Steady.now());
    }

    @PreDestroy
    void stop() {
        if (rounds != null) {
            rounds.cancel();
        }
    }

    /** Runs in hand, round after round, so many at a time: steps that may take hours do not keep the others waiting. Late rounds are left out. */
    private Multi<Void> drive(boolean lengthy, int atATime) {
        return Multi.createFrom()
                .ticks()
                .every(config.driver().every())
                .onItem()
                .invoke(() -> pulse.beat(Steady.now()))
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> active(lengthy))
                .onItem()
                .<Run>disjoint()
                .onItem()
                .transformToUni(run -> driveOne(run, lengthy))
                .merge(atATime);
    }

    private Uni<List<Run>> active(boolean lengthy) {
        if (ending.hasBegun()) {
            return Uni.createFrom().item(List.of());
        }
        return runs.active()
                .ifNoItem()
                .after(LOOK_AT_MOST)
                .fail()
                .call(active -> lengthy ? Uni.createFrom().voidItem() : watchSources(active))
                .map(active -> active.stream()
                        .filter(run -> RunSteps.isLengthy(run) == lengthy && mayGoOn(run))
                        .toList())
                .onFailure()
                .invoke(failure -> LOG.debugf("Runs cannot be driven now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem(List.of());
    }

    /** What reads whole tables keeps to the run's hours and to hard limits, as batches do. Nor are tables cut into chunks again and again while a limit keeps the tail from its work. */
    private boolean mayGoOn(Run run) {
        if (run.rescan() && pacing.isBeyondLimit(run.id())) {
            return false;
        }
        boolean onTables = RunSteps.isLengthy(run) || RunSteps.isYetToBegin(run);
        return !onTables || SchemaSteps.drives(run) || pacing.mayBegin(run.id(), run.window());
    }

    /** Seen often, a source that was replaced has had little time to look like the old one again. Runs at rest, or yet to come, rely on it too. */
    private Uni<Void> watchSources(List<Run> active) {
        Instant now = Steady.now();
        if (now.isBefore(lookAt)) {
            return Uni.createFrom().voidItem();
        }
        lookAt = now.plus(active.isEmpty() ? LOOK_AT_REST_EVERY : LOOK_EVERY);
        Stream<Optional<String>> elsewhere = active.stream()
                .flatMap(run -> run.tables().stream())
                .map(table -> TableName.parse(table).source())
                .filter(Optional::isPresent);
        return Multi.createFrom()
                .items(Stream.concat(Stream.of(Optional.<String>empty()), elsewhere)
                        .distinct())
                .onItem()
                .transformToUniAndConcatenate(this::watch)
                .onItem()
                .ignoreAsUni()
                .chain(topics::look);
    }

    private Uni<Boolean> watch(Optional<String> of) {
        return Uni.createFrom()
                .deferred(() -> source.look(databases.of(of)))
                .ifNoItem()
                .after(LOOK_AT_MOST)
                .fail()
                .onFailure()
                .invoke(failure -> LOG.warnf("Where changes come from cannot be seen: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem(false);
    }

    private Uni<Void> driveOne(Run run, boolean lengthy) {
        if (!inHand.add(run.id())) {
            return Uni.createFrom().voidItem();
        }
        return new AdvisoryLock(DRIVER, run.serial())
                .whileMine(pool, () -> stepAndTell(run.id(), lengthy))
                .onFailure()
                .invoke(failure -> LOG.debugf("Run %s is left for later: %s", run.id(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null)
                .onTermination()
                .invoke(() -> inHand.remove(run.id()));
    }

    /** The row is read again under the lock: another instance may have moved the run on meanwhile. */
    private Uni<Void> stepAndTell(String runId, boolean lengthy) {
        return runs.find(runId).chain(found -> found.filter(run -> RunSteps.isLengthy(run) == lengthy && mayGoOn(run))
                .map(this::stepAndTell)
                .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private Uni<Void> stepAndTell(Run run) {
        return step(run)
                .chain(() -> overcome(run))
                .onFailure(SchemaDriftException.class)
                .recoverWithUni(drift -> pause(run, drift.getMessage()))
                .onFailure(AnotherDatabaseException.class)
                .recoverWithUni(stranger -> runs.stopStranger(run.id()).replaceWithVoid())
                .onFailure()
                .recoverWithUni(failure -> troubles.noted(run, failure))
                .chain(() -> tell(run));
    }

    /** A run that stands still beyond a hard limit has left out what may have been its trouble. */
    private Uni<Void> overcome(Run run) {
        return pacing.isBeyondLimit(run.id()) ? Uni.createFrom().voidItem() : troubles.over(run);
    }

    /** With tables that are not what they were; a run that has written nothing yet has failed. */
    private Uni<Void> pause(Run run, String difference) {
        RunState to = run.state().mayBecome(RunState.PAUSED) ? RunState.PAUSED : RunState.FAILED;
        return runs.transition(run, run.state(), to, Optional.of(difference), connection -> connection
                        .preparedQuery(Drift.TOLD)
                        .execute(Tuple.of(run.id(), to == RunState.PAUSED))
                        .replaceWithVoid())
                .replaceWithVoid();
    }

    /** A step may begin with what no transaction of its own covers. */
    private Uni<Void> step(Run run) {
        if (!run.home()) {
            return Uni.createFrom().failure(new AnotherDatabaseException(run.id()));
        }
        return SchemaSteps.drives(run) ? schemaSteps.step(run) : steps.step(run);
    }

    private Uni<Void> tell(Run run) {
        Instant now = Steady.now();
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
