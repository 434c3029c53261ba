package dev.godwit.migration.retention;

import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Looks now and then for what need not be kept any more. A pass that fails is noted, and the next one does its work. */
@ApplicationScoped
public class Keeper {

    private static final Logger LOG = Logger.getLogger(Keeper.class);

    private final Keeping keeping;
    private final KeepConfig config;

    @Inject
    Keeper(Keeping keeping, KeepConfig config) {
        this.keeping = keeping;
        this.config = config;
    }

    @Scheduled(
            every = "${godwit.keep.look-every:10m}",
            delayed = "20s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return keeping.prune(config)
                .onFailure()
                .invoke(failure -> LOG.warnf("What is old is not deleted now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }
}
