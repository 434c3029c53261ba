package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.ArchivingPostgres;
import io.vertx.mutiny.sqlclient.Pool;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** WAL that waits to be archived, as roles with and without privileges see it. */
class ArchiveBacklogIT {

    private static final String READ = "SELECT " + ArchiveBacklog.COLUMNS + " FROM pg_stat_archiver AS w";

    private static ArchivingPostgres server;
    private static Pool monitor;
    private static Pool plain;

    @BeforeAll
    static void start() throws SQLException {
        server = new ArchivingPostgres();
        server.execute("CREATE ROLE plain LOGIN", "CREATE ROLE monitor LOGIN", "GRANT pg_monitor TO monitor");
        monitor = server.pool("monitor");
        plain = server.pool("plain");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void shouldCountWhatWaitsWhereNothingIsArchived() throws SQLException {
        server.endSegment();
        server.endSegment();
        server.endSegment();

        assertThat(read(monitor).value()).hasValue(3);
        assertThat(read(plain).unknown()).hasValueSatisfying(why -> assertThat(why)
                .contains("archive_command and archive_library are empty", "GRANT pg_monitor"));

        server.archiveBy("/bin/true");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(read(monitor).value()).hasValue(0));
        assertThat(read(plain).value()).hasValue(0);

        server.archiveBy("");
        server.endSegment();
        server.endSegment();
        assertThat(read(plain).value()).hasValue(2);
    }

    private static Reading read(Pool pool) {
        return pool.withConnection(connection -> connection
                        .query(READ)
                        .execute()
                        .chain(rows -> ArchiveBacklog.read(
                                connection, rows.iterator().next(), BuiltInSignal.ARCHIVE_BACKLOG.signal())))
                .await()
                .atMost(Duration.ofSeconds(30));
    }
}
