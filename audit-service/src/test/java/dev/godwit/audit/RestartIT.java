package dev.godwit.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.audit.testing.AuditProcess;
import dev.godwit.audit.testing.Infrastructure;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.testing.TestRun;
import dev.godwit.audit.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is shipped, in a process of its own, killed and cut off. */
class RestartIT {

    private static final Infrastructure SERVERS = new Infrastructure();
    private static final int EVENTS = 4_000;
    private static final int EVENTS_CUT = 500;
    private static final int OUTCOMES_PER_EVENT = 10;

    private static Map<String, String> settings;

    @BeforeAll
    static void start() {
        settings = SERVERS.start();
    }

    @AfterAll
    static void stop() {
        SERVERS.stop();
    }

    @Test
    void shouldLoseAndDoubleNothingWhenKilledInTheMiddle() throws Exception {
        // Given
        TestChain chunk = publish("r-killed", EVENTS);

        // When
        long atKill;
        try (AuditProcess first = AuditProcess.start(settings)) {
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> stored("r-killed") > 0);
            first.kill();
            atKill = stored("r-killed");
        }

        // Then
        assertThat(atKill).isLessThan(EVENTS);
        try (AuditProcess second = AuditProcess.start(settings)) {
            second.reportMustBecomeComplete("r-killed", EVENTS * OUTCOMES_PER_EVENT);
        }
        assertThat(stored("r-killed")).isEqualTo(EVENTS);
        assertThat(chunk.end().get("sequence").asInt()).isEqualTo(EVENTS);
    }

    @Test
    void shouldWaitForTheDatabaseAndRecoverByItself() throws Exception {
        try (AuditProcess service = AuditProcess.start(settings)) {
            // Given
            service.readinessMustBecome(200);

            // When
            cutOff();
            try {
                publish("r-cut", EVENTS_CUT);
                service.readinessMustBecome(503);
            } finally {
                asSuperuser("ALTER DATABASE audit ALLOW_CONNECTIONS true");
            }

            // Then
            service.reportMustBecomeComplete("r-cut", EVENTS_CUT * OUTCOMES_PER_EVENT);
            service.readinessMustBecome(200);
        }
    }

    @Test
    void shouldSayThatTheDatabaseIsAwayWhileItsNameIsUnknownAndRecoverByItself(@TempDir Path directory)
            throws Exception {
        Path hosts = directory.resolve("hosts");
        Map<String, String> byName = new HashMap<>(settings);
        byName.put("godwit.audit.database.host", "postgres.godwit.test");
        byName.put(AuditProcess.HOSTS, hosts.toString());
        know(hosts, "localhost", "postgres.godwit.test");
        try (AuditProcess service = AuditProcess.start(byName)) {
            // Given
            service.readinessMustBecome(200);

            // When
            know(hosts, "localhost");
            asSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'audit'");
            publish("r-nameless", EVENTS_CUT);
            service.databaseMustBecomeUnavailable("r-nameless");
            service.readinessMustBecome(503);
            know(hosts, "localhost", "postgres.godwit.test");

            // Then
            service.reportMustBecomeComplete("r-nameless", EVENTS_CUT * OUTCOMES_PER_EVENT);
            service.readinessMustBecome(200);
        }
    }

    /** Whoever reads the file meanwhile finds what was in it or what is. */
    private static void know(Path hosts, String... names) throws IOException {
        Path next = hosts.resolveSibling("next");
        Files.write(next, Stream.of(names).map(name -> "127.0.0.1 " + name).toList());
        Files.move(next, hosts, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void shouldNotStartOpenToEverybody() throws Exception {
        try (AuditProcess service = AuditProcess.start(settings, "required")) {
            assertThat(service.exitCode()).isEqualTo(1);
        }
        assertThat(Files.readString(Path.of("target", "audit-process.log")))
                .contains("nobody could be let in: set GODWIT_AUTH_TOKENS");
    }

    private static TestChain publish(String id, int count) {
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        try (Wire wire = new Wire(settings.get("kafka.bootstrap.servers"))) {
            List<TestEvent> events = IntStream.range(0, count)
                    .mapToObj(event -> chunk.next(IntStream.range(0, OUTCOMES_PER_EVENT)
                            .mapToObj(i -> TestChain.migrated(event + "-" + i, event + "+" + i))
                            .toList()))
                    .toList();
            wire.publishAll(events);
            wire.publish(new TestRun(id, "commit").end(9, "completed", chunk));
        }
        return chunk;
    }

    private static void cutOff() throws SQLException {
        asSuperuser("ALTER DATABASE audit ALLOW_CONNECTIONS false");
        asSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'audit'");
    }

    private static void asSuperuser(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(settings.get("test.maintenance.url"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long stored(String id) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(settings.get("test.superuser.url"));
                Statement statement = connection.createStatement();
                ResultSet table = statement.executeQuery("SELECT to_regclass('trail_event') IS NOT NULL")) {
            if (!table.next() || !table.getBoolean(1)) {
                return 0;
            }
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM trail_event WHERE run = '" + id + "'")) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }
}
