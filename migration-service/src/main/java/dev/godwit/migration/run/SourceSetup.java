package dev.godwit.migration.run;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Makes in each database that imports read what its changes are heard by: a publication, and a table for heartbeats. Nothing else is ever written there. */
@Startup
@Singleton
public class SourceSetup {

    private static final Logger LOG = Logger.getLogger(SourceSetup.class);
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    private static final String EXISTS = "SELECT 1 FROM pg_publication WHERE pubname = $1";

    private static final String HEARTBEAT = """
            CREATE SCHEMA IF NOT EXISTS godwit_source;
            CREATE TABLE IF NOT EXISTS godwit_source.heartbeat (
                number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                sent_at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
            """;

    /** The root is published for its partitions from the start: column lists and a later change of this option exclude each other. */
    private static final String PUBLICATION =
            "CREATE PUBLICATION %s FOR TABLE godwit_source.heartbeat (number) WITH (publish_via_partition_root = true)";

    private final HeardDatabases databases;

    @Inject
    public SourceSetup(HeardDatabases databases) {
        this.databases = databases;
    }

    /** Before the service says that it is ready: whoever sets up the connectors waits for that. A run tries again. */
    @PostConstruct
    void prepareAll() {
        Multi.createFrom()
                .iterable(databases.sources())
                .onItem()
                .transformToUniAndConcatenate(this::patiently)
                .onItem()
                .ignoreAsUni()
                .await()
                .indefinitely();
    }

    private Uni<Void> patiently(Heard database) {
        return prepare(database)
                .ifNoItem()
                .after(WAIT_MAX)
                .fail()
                .onFailure()
                .invoke(failure -> LOG.errorf(
                        "The publication '%s' cannot be made in the source '%s': %s",
                        database.publication(), database.name(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** Idempotent; nothing where the database is the application's. */
    Uni<Void> prepare(Heard database) {
        if (database.source().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return database.query(EXISTS, database.publication())
                .chain(rows -> rows.size() > 0
                        ? Uni.createFrom().voidItem()
                        : database.inTransaction(connection -> connection
                                .query(HEARTBEAT + PUBLICATION.formatted(quote(database.publication())))
                                .execute()
                                .replaceWithVoid()));
    }
}
