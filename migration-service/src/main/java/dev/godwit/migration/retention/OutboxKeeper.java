package dev.godwit.migration.retention;

import dev.godwit.migration.outbox.OutboxRetention;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Prunes the outbox now and then. A pass that fails is noted, and the next one does its work. */
@ApplicationScoped
public class OutboxKeeper {

    private static final Logger LOG = Logger.getLogger(OutboxKeeper.class);

    private final OutboxRetention retention;
    private final OutboxConfig config;

    @Inject
    OutboxKeeper(OutboxRetention retention, OutboxConfig config) {
        this.retention = retention;
        this.config = config;
    }

    @Scheduled(
            every = "${godwit.outbox.prune-every:1m}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> prune() {
        return retention
                .prune(config.slot(), config.retention(), config.pruneBatch())
                .invoke(deleted -> LOG.debugf("outbox pruned, deleted=%d", deleted))
                .onFailure()
                .invoke(failure -> LOG.warnf("The outbox is not pruned now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem(0L)
                .replaceWithVoid();
    }
}
