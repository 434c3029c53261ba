package dev.godwit.audit.live;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.trail.TrailRepository;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Runs that change, as seen in the database: one look for all who watch, none while nobody does. So it does not matter which instance took an event in.
 *
 * <p><b>Failure semantics:</b> a look that fails is skipped; a watcher that cannot keep up is told the newest state when he reads again.
 */
@ApplicationScoped
class LiveFeed {

    private static final Logger LOG = Logger.getLogger(LiveFeed.class);
    private static final int RUNS = 100;
    private static final int STREAMS = 500;

    /** Stands for a look that failed; others are numbered from one. */
    private static final Watcher.Look NONE = new Watcher.Look(0, List.of(), Map.of());

    private final RunRepository runs;
    private final TrailRepository trail;
    private final Vertx vertx;
    private final Multi<Watcher.Look> looks;
    private final AtomicLong number = new AtomicLong();

    LiveFeed(RunRepository runs, TrailRepository trail, AuditConfig config, Vertx vertx) {
        this.runs = runs;
        this.trail = trail;
        this.vertx = vertx;
        this.looks = Multi.createFrom()
                .ticks()
                .every(config.live().interval())
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> look())
                .filter(look -> look.number() > 0)
                .broadcast()
                .withCancellationAfterLastSubscriberDeparture()
                .toAllSubscribers();
    }

    /** The newest runs as they are, then every change. */
    Multi<Watcher.Told> watch() {
        return Watcher.of(looks);
    }

    private Uni<Watcher.Look> look() {
        return trail.recentlyGrown(STREAMS)
                .chain(grown -> runs.recentlyChanged(RUNS)
                        .map(found -> new Watcher.Look(number.incrementAndGet(), found, grown)))
                .runSubscriptionOn(this::onContext)
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "a look at the runs failed"))
                .onFailure()
                .recoverWithItem(NONE);
    }

    /** Hibernate Reactive works only on a context of Vert.x; ticks come from a timer's thread. */
    private void onContext(Runnable work) {
        Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        VertxContextSafetyToggle.setContextSafe(context, true);
        context.runOnContext(nothing -> work.run());
    }
}
