package dev.godwit.migration.clock;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Ends the service when somebody sets the machine's clock back, for whatever started it to start it anew.
 *
 * <p>Libraries that measure time by that clock then stand still until it has caught up: Kafka's clients neither look for topics nor tell their group that they live, and what is due
 * at intervals is not due. None of them can be told to begin again.
 */
@ApplicationScoped
class ClockWatch {

    private static final Logger LOG = Logger.getLogger(ClockWatch.class);
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    /** Goes by {@link System#nanoTime}, which nobody sets. */
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(look -> {
        Thread thread = new Thread(look, "clock-watch");
        thread.setDaemon(true);
        return thread;
    });

    private final ClockStep step = new ClockStep(System.currentTimeMillis(), System.nanoTime());

    void start(@Observes StartupEvent started) {
        var unused = looks.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        looks.shutdown();
    }

    private void look() {
        if (!step.isBack(System.currentTimeMillis(), System.nanoTime())) {
            return;
        }
        LOG.fatal("The machine's clock was set back; the service ends, to be started anew:"
                + " what waits by that clock would stand still");
        Quarkus.asyncExit(1);
        try {
            TimeUnit.MILLISECONDS.sleep(FAREWELL.toMillis());
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return;
        }
        // Something waits by that clock on its way out.
        Runtime.getRuntime().halt(1);
    }
}
