package dev.godwit.audit.api;

import dev.godwit.audit.config.AuditConfig;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Places for those who listen to server-sent events. Each costs a connection, and some cost questions to the database, for as long as they stay; so there are only so many of them.
 *
 * <p><b>Failure semantics:</b> who finds no place is refused before anything is sent; a place is given back when its listener goes, however that happens.
 */
@ApplicationScoped
public class Listeners {

    private final int places;
    private final Semaphore free;

    Listeners(AuditConfig config) {
        this.places = config.live().listeners();
        this.free = new Semaphore(places);
    }

    /** The same events for whoever finds a place. It is taken at once: when events are subscribed to, it is too late for an answer that refuses them. */
    public <T> Multi<T> admit(Multi<T> events) {
        if (!free.tryAcquire()) {
            throw full();
        }
        // Who hangs up while the last event goes out both ends and cancels.
        AtomicBoolean gone = new AtomicBoolean();
        return events.onTermination().invoke(() -> {
            if (gone.compareAndSet(false, true)) {
                free.release();
            }
        });
    }

    private ProblemException full() {
        return ProblemException.busy(
                "too_many_listeners",
                "This instance has " + places
                        + " listeners, as many as it may. Come back later, ask another instance, or raise GODWIT_AUDIT_LIVE_LISTENERS.");
    }
}
