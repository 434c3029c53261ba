package dev.godwit.audit.live;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.trail.TrailRepository;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Runs that change, as seen in the database: one look for all who watch, none while nobody does. So it does not matter which instance took an event in.
 *
 * <p><b>Failure semantics:</b> a look that fails is skipped; a watcher that cannot keep up is disconnected, comes back and gets the present state first.
 */
@ApplicationScoped
class LiveFeed {

    private static final Logger LOG = Logger.getLogger(LiveFeed.class);
    private static final int RUNS = 100;
    private static final int STREAMS = 500;
    private static final int BEHIND_MAX = 256;

    /** What a watcher would see of a run: its newest event, and how far its trail has come. */
    private record Seen(long version, Instant grown) {}

    private final RunRepository runs;
    private final TrailRepository trail;
    private final Vertx vertx;
    private final Multi<Run> changes;

    LiveFeed(RunRepository runs, TrailRepository trail, AuditConfig config, Vertx vertx) {
        this.runs = runs;
        this.trail = trail;
        this.vertx = vertx;
        this.changes = Multi.createFrom()
                .deferred(() -> looks(config, new HashMap<>()))
                .broadcast()
                .withCancellationAfterLastSubscriberDeparture()
                .toAllSubscribers();
    }

    /** The present state of the newest runs, then every change. */
    Multi<Run> watch() {
        Multi<Run> present = runs.list(null, null, RUNS).onItem().transformToMulti(all -> Multi.createFrom()
                .iterable(all));
        return Multi.createBy()
                .concatenating()
                .streams(present, changes.onOverflow().buffer(BEHIND_MAX));
    }

    private Multi<Run> looks(AuditConfig config, Map<String, Seen> seen) {
        return Multi.createFrom()
                .ticks()
                .every(config.live().interval())
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> look(seen))
                .onItem()
                .transformToMultiAndConcatenate(found -> Multi.createFrom().iterable(found));
    }

    private Uni<List<Run>> look(Map<String, Seen> seen) {
        return trail.recentlyGrown(STREAMS)
                .chain(grown -> runs.recentlyChanged(RUNS).map(found -> changed(found, grown, seen)))
                .runSubscriptionOn(this::onContext)
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "a look at the runs failed"))
                .onFailure()
                .recoverWithItem(List.of());
    }

    private static List<Run> changed(List<Run> found, Map<String, Instant> grown, Map<String, Seen> seen) {
        List<Run> changed = new ArrayList<>();
        for (Run run : found) {
            Seen now = new Seen(run.version(), grown.getOrDefault(run.run(), Instant.EPOCH));
            if (!now.equals(seen.put(run.run(), now))) {
                changed.add(run);
            }
        }
        seen.keySet().retainAll(found.stream().map(Run::run).toList());
        return changed;
    }

    /** Hibernate Reactive works only on a context of Vert.x; ticks come from a timer's thread. */
    private void onContext(Runnable work) {
        Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        VertxContextSafetyToggle.setContextSafe(context, true);
        context.runOnContext(nothing -> work.run());
    }
}
