package dev.godwit.migration.run;

import dev.godwit.migration.sql.PgErrors;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Makes the publication once. The connector and everybody else only ever use it. */
@Startup
@Singleton
class CaptureSetup {

    private static final Logger LOG = Logger.getLogger(CaptureSetup.class);
    private static final Duration WAIT_MAX = Duration.ofSeconds(15);

    private static final String EXISTS = "SELECT 1 FROM pg_publication WHERE pubname = 'godwit'";

    /** The root is published for its partitions from the start: column lists and a later change of this option exclude each other. */
    private static final String CREATE = """
            CREATE PUBLICATION godwit
               FOR TABLE godwit.outbox, godwit.heartbeat (number)
              WITH (publish_via_partition_root = true)
            """;

    private final Runs runs;

    @Inject
    CaptureSetup(Runs runs) {
        this.runs = runs;
    }

    /** Before the service says that it is ready: whoever sets up the connector waits for that. */
    @PostConstruct
    void create() {
        runs.execute(EXISTS)
                .chain(rows -> rows.size() > 0
                        ? Uni.createFrom().voidItem()
                        : runs.execute(CREATE).replaceWithVoid())
                .onFailure()
                .invoke(failure -> LOG.errorf(
                        "The publication 'godwit' cannot be made: %s; 'godwit doctor' says what is missing",
                        PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null)
                .await()
                .atMost(WAIT_MAX);
    }
}
