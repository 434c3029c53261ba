package dev.godwit.migration.series;

import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Deletes series that have nothing to tell any more. A pass that fails is noted, and the next one does its work. */
@ApplicationScoped
public class SeriesKeeper {

    private static final Logger LOG = Logger.getLogger(SeriesKeeper.class);

    /** How long a series is kept at least, so that whoever asked for it can look at its end. */
    private static final Duration RETENTION = Duration.ofDays(7);

    private final SeriesStore store;

    @Inject
    SeriesKeeper(SeriesStore store) {
        this.store = store;
    }

    @Scheduled(every = "1h", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return prune(RETENTION)
                .onFailure()
                .invoke(failure -> LOG.warnf("Series are not pruned now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** Deletes series that ended longer ago than this, and of whose runs none is left. */
    public Uni<Void> prune(Duration retention) {
        return store.prune(retention);
    }
}
