package dev.godwit.migration.ending;

import dev.godwit.migration.clock.Steady;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Whether this instance ends. From then on nothing new is begun; what is in hand has a few seconds, while clients of database and broker are still open. A batch that does not commit in that
 * time is rolled back by the server, whose client is gone.
 */
@ApplicationScoped
public class Ending {

    private static final Logger LOG = Logger.getLogger(Ending.class);
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Duration patience;
    private final Semaphore hands = new Semaphore(Integer.MAX_VALUE);
    private volatile Instant until = Instant.MAX;

    @Inject
    public Ending() {
        this(PATIENCE);
    }

    /** @param patience how long what is in hand is waited for */
    public Ending(Duration patience) {
        this.patience = patience;
    }

    /** Before requests are waited for: who is asked to end, and answers one, takes no batch meanwhile. */
    void begin(@Observes ShutdownDelayInitiatedEvent asked) {
        begin();
    }

    /** Waits, on the thread that ends the service. */
    void end(@Observes ShutdownEvent asked) throws InterruptedException {
        begin();
        long left = Math.max(0, Duration.between(Steady.now(), until).toMillis());
        if (!hands.tryAcquire(Integer.MAX_VALUE, left, TimeUnit.MILLISECONDS)) {
            LOG.infof("Work that has not ended within %d ms is left; it is taken up elsewhere", patience.toMillis());
        }
    }

    /** From now on nothing is begun. */
    public void begin() {
        if (!hasBegun()) {
            until = Steady.now().plus(patience);
        }
    }

    /** Whether no further step should be taken. */
    public boolean hasBegun() {
        return !until.equals(Instant.MAX);
    }

    /**
     * Work that is waited for when the service ends. After that has begun the work is not: what comes of it never arrives, so that the message that asked for it is not acknowledged, and
     * is delivered again to somebody else.
     */
    public <T> Uni<T> whileInHand(Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(() -> hasBegun() || !hands.tryAcquire() ? left() : inHand(work));
    }

    private <T> Uni<T> inHand(Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(work::get).onTermination().invoke(() -> hands.release());
    }

    /** What is neither done nor failed: the message stays with the broker. */
    public static <T> Uni<T> left() {
        return Uni.createFrom().nothing();
    }
}
