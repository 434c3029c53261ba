package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.ArchivingPostgres;
import io.vertx.mutiny.sqlclient.Pool;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What counts as archiving, asked by a role without privileges. */
class ArchivingIT {

    private static ArchivingPostgres server;
    private static Pool pool;

    @BeforeAll
    static void start() throws SQLException {
        server = new ArchivingPostgres();
        server.execute("CREATE ROLE plain LOGIN");
        pool = server.pool("plain");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void shouldCountAsArchivingWhatIsToldWheretoAndDoesNotFail() throws SQLException {
        server.endSegment();
        assertThatThrownBy(() -> demand(true))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("not_archiving"))
                .hasMessageContaining("archive_command and archive_library are empty")
                .hasMessageContaining("or start without requiring it");
        demand(false);

        server.archiveBy("/bin/true");
        patiently(() -> demand(true));

        server.archiveBy("/bin/false");
        server.endSegment();
        patiently(() -> assertThatThrownBy(() -> demand(true)).hasMessageContaining("failed last"));
    }

    private static void patiently(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(Refusal.class)
                .untilAsserted(assertion);
    }

    private static void demand(boolean archiving) {
        StartCommand command = new StartCommand(
                "archiving",
                "docs",
                true,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                archiving,
                "test",
                Optional.empty(),
                Optional.empty());
        pool.withConnection(connection -> Archiving.mustBeAtWork(connection, command))
                .await()
                .atMost(Duration.ofSeconds(30));
    }
}
