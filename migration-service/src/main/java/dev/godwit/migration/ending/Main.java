package dev.godwit.migration.ending;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Where the service begins, and the limit of its end: a client of Kafka or a session that waits for a server that is away keeps no process alive for longer. Nothing is lost then but
 * the time of those who take over, as after any death.
 */
@QuarkusMain
public final class Main {

    /** Whoever ends a service expects it to be gone within ten seconds. */
    private static final Duration GONE_WITHIN = Duration.ofSeconds(9);

    /** As after SIGTERM. */
    private static final int EXIT_CODE = 143;

    private Main() {}

    /** Also limits an end that is asked for while the service still starts: it waits for the start otherwise. */
    public static void main(String... arguments) {
        Runtime.getRuntime().addShutdownHook(new Thread(Main::limit, "ending"));
        Quarkus.run(arguments);
    }

    /** Returns at once: the platform waits for its hooks, but not for a daemon. */
    private static void limit() {
        Thread last = new Thread(Main::halt, "ending-limit");
        last.setDaemon(true);
        last.start();
    }

    private static void halt() {
        try {
            TimeUnit.MILLISECONDS.sleep(GONE_WITHIN.toMillis());
        } catch (InterruptedException ignored) {
            Thread.currentThread().interrupt();
        }
        Logger.getLogger(Main.class)
                .warnf("Not everything could be closed within %d s; the service ends now", GONE_WITHIN.toSeconds());
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
