package dev.godwit.migration.run;

import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** What keeps runs from their next step: shown as the run's reason while it lasts, and the end of a run that waiting will not help. */
@ApplicationScoped
public class Troubles {

    private static final Logger LOG = Logger.getLogger(Troubles.class);

    /** An error of the data or the tables may be of a moment in which somebody changes them; one that comes so often in a row is not. */
    private static final int HOPELESS_MAX = 5;

    private static final String SHOW = """
            UPDATE godwit.run
               SET reason = $2
             WHERE id = $1
               AND state = $3
            """;

    private static final String TAKE_BACK = """
            UPDATE godwit.run
               SET reason = NULL
             WHERE id = $1
               AND reason = $2
            """;

    private final Runs runs;
    private final Map<String, Trouble> known = new ConcurrentHashMap<>();

    @Inject
    Troubles(Runs runs) {
        this.runs = runs;
    }

    private record Trouble(String shown, int hopeless) {}

    /** Notes that a step failed. */
    Uni<Void> noted(Run run, Throwable failure) {
        String why = PgErrors.describe(failure);
        LOG.warnf("Run %s waits (%s): %s", run.id(), run.phase(), why);
        if (PgErrors.classify(failure) == ErrorClass.UNAVAILABLE) {
            return Uni.createFrom().voidItem();
        }
        Trouble before = known.getOrDefault(run.id(), new Trouble("", 0));
        int hopeless = isHopeless(failure) ? before.hopeless() + 1 : 0;
        if (hopeless >= HOPELESS_MAX) {
            known.remove(run.id());
            return runs.fail(run.id(), why).replaceWithVoid();
        }
        Trouble now = new Trouble("waits: " + why, hopeless);
        known.put(run.id(), now);
        return runs.execute(SHOW, run.id(), now.shown(), run.state().wireName()).replaceWithVoid();
    }

    /** Notes that a step succeeded. */
    Uni<Void> over(Run run) {
        Trouble trouble = known.remove(run.id());
        return trouble == null
                ? Uni.createFrom().voidItem()
                : runs.execute(TAKE_BACK, run.id(), trouble.shown()).replaceWithVoid();
    }

    /** Whether data or tables are not as they must be, so that trying again will not help by itself. */
    public static boolean isHopeless(Throwable failure) {
        return PgErrors.classify(failure) == ErrorClass.DATA || failure instanceof CatalogException;
    }
}
