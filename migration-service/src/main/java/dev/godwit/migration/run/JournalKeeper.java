package dev.godwit.migration.run;

import dev.godwit.migration.sql.PgErrors;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Forgets runs that ended long ago, as an administrator would, if it is told how long that is. Runs with aliases stay: an application may still rely on them, and nobody would know
 * why its inserts fail one night.
 *
 * <p>Idempotency: a run is forgotten once, by whichever instance comes first. What fails is noted, holds back no other run, and is tried again by the next pass.
 */
@ApplicationScoped
@Startup
public class JournalKeeper {

    private static final Logger LOG = Logger.getLogger(JournalKeeper.class);

    private static final Duration RETENTION_MIN = Duration.ofMinutes(1);

    private static final String OVER = """
            SELECT r.id
              FROM godwit.run AS r
             WHERE r.ended_at < clock_timestamp() - $1 * interval '1 millisecond'
               AND r.state IN ('planned', 'completed', 'cancelled', 'rolled-back')
               AND NOT EXISTS (SELECT FROM godwit.alias AS a WHERE a.run_id = r.id)
             ORDER BY r.ended_at
             LIMIT $2
            """;

    private final Pool pool;
    private final RunCommands commands;
    private final JournalConfig config;

    @Inject
    JournalKeeper(Pool pool, RunCommands commands, JournalConfig config) {
        this.pool = pool;
        this.commands = commands;
        this.config = config;
        if (config.retention().filter(kept -> kept.compareTo(RETENTION_MIN) < 0).isPresent()) {
            throw new IllegalArgumentException("GODWIT_JOURNAL_RETENTION is "
                    + config.retention().get() + ": a run that has just ended must be looked at; give at least 1m");
        }
    }

    @Scheduled(
            every = "${godwit.journal.look-every:1h}",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return config.retention()
                .map(kept -> forget(kept)
                        .replaceWithVoid()
                        .onFailure()
                        .invoke(failure -> LOG.warnf("Old runs are not forgotten now: %s", PgErrors.describe(failure)))
                        .onFailure()
                        .recoverWithItem((Void) null))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /** Forgets what ended longer ago than this; the runs that are gone now. */
    Uni<List<String>> forget(Duration kept) {
        return pool.preparedQuery(OVER)
                .execute(Tuple.of(kept.toMillis(), config.atOnce()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getString("id"))
                        .toList())
                .chain(runs -> Multi.createFrom()
                        .iterable(runs)
                        .onItem()
                        .transformToUniAndConcatenate(run -> forget(run, kept))
                        .collect()
                        .asList());
    }

    /** The run, or nothing when it must stay now. */
    private Uni<String> forget(String run, Duration kept) {
        return commands.handle(
                        RunCommand.FORGET,
                        run,
                        "journal-retention-" + run,
                        "journal-retention",
                        Optional.of("it ended more than " + kept + " ago"))
                .invoke(() -> LOG.infof("Run %s is forgotten: it ended more than %s ago", run, kept))
                .replaceWith(run)
                .onFailure(Refusal.class)
                .invoke(refusal -> LOG.debugf("run is not forgotten now, run=%s reason=%s", run, refusal.getMessage()))
                .onFailure(failure -> !(failure instanceof Refusal))
                .invoke(failure -> LOG.warnf("Run %s is not forgotten now: %s", run, PgErrors.describe(failure)))
                .onFailure()
                .recoverWithNull();
    }
}
