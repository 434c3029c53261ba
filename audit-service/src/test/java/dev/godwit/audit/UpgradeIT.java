package dev.godwit.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.testing.AuditProcess;
import dev.godwit.audit.testing.Infrastructure;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestRun;
import dev.godwit.audit.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Databases of earlier states of the trail, with a run in the middle, that the service brings to today's when it starts; then it goes on with the run. A state is the newest version
 * that it had.
 */
class UpgradeIT {

    private static final Infrastructure SERVERS = new Infrastructure();
    private static final Path VERSIONS = Path.of("src/main/resources/db/migration");
    private static final Path ROWS = Path.of("src/test/resources/upgrade");

    /** {@code 1-14-trail.sql} is what versions 1 to 14 wrote, {@code 11-stamp.sql} what all do from version 11 on. */
    private static final Pattern NAME = Pattern.compile("(\\d+)(?:-(\\d+))?-[a-z-]+\\.sql");

    private static final String HASH_SO_FAR = "0f217062588cfb2f6bf11b3ba032a3ba1a1926306142b5744477f4cb4918a8f0";

    /** Outcomes move to partitions, their leaves to their events: these are proved, and everything else is as it was. */
    private static final String ROWS_OF = "SELECT to_jsonb(t) - 'leaf' FROM %s AS t";

    private static final String HAS_ROW = "SELECT EXISTS (SELECT FROM %s AS t WHERE to_jsonb(t) @> ?::jsonb)";

    /** Without those that are written anew as the run goes on. */
    private static final String TABLES = """
            SELECT tablename
              FROM pg_tables
             WHERE schemaname = 'public'
               AND tablename NOT IN ('flyway_schema_history', 'run', 'trail_stream', 'tally')
            """;

    private static Map<String, String> settings;

    @BeforeAll
    static void start() {
        settings = SERVERS.start();
        TestChain chunk = new TestChain("middle", "chunk-1", "commit").goingOnAfter(2, HASH_SO_FAR);
        try (Wire wire = new Wire(settings.get("kafka.bootstrap.servers"))) {
            wire.publish(chunk.next(List.of(TestChain.migrated("d", "D"))));
            wire.publish(new TestRun("middle", "commit").end(2, "completed", chunk));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.stop();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11, 14, 16, 17, 20, 22})
    void shouldKeepAndGoOnWithTheTrailOfAnEarlierState(int newest) throws Exception {
        // Given
        String database = "upgrade_" + newest;
        make(database, newest);
        Map<String, List<String>> rows = rows(database);

        // When
        Map<String, String> upgraded = new HashMap<>(settings);
        upgraded.put("godwit.audit.database.name", database);
        upgraded.put(AuditProcess.GROUP, database);
        try (AuditProcess service = AuditProcess.start(upgraded)) {
            service.reportMustBecomeComplete("middle", 3);

            // Then
            rowsMustBeThere(database, rows);
            outcomesMustBe(service, "a migrated", "b conflict", "c migrated", "d migrated");
            allMustBeProved(service);
            assertThat(service.json("/api/stamps")).hasSize(newest < 11 ? 0 : 1);
            assertThat(service.json("/api/health")).hasSize(newest < 14 ? 0 : 1);
            assertThat(service.json("/api/integrity").get("checkpoints").asInt())
                    .isGreaterThanOrEqualTo(newest < 16 ? 0 : 1);
        }
    }

    private static void allMustBeProved(AuditProcess service) throws Exception {
        assertThat(service.json("/api/integrity").get("findings")).isEmpty();
        JsonNode chains = service.json("/api/runs/middle/integrity");
        assertThat(chains.get("findings")).isEmpty();
        assertThat(chains.get("events").asInt()).isEqualTo(3);
        assertThat(chains.get("outcomes").asInt()).isEqualTo(4);
    }

    private static void outcomesMustBe(AuditProcess service, String... expected) throws Exception {
        List<String> found = new ArrayList<>();
        service.json("/api/runs/middle/outcomes")
                .get("outcomes")
                .forEach(outcome -> found.add(outcome.get("key").asText() + " "
                        + outcome.get("outcome").asText()));
        assertThat(found).containsExactly(expected);
    }

    /** As it was when this version was the newest. */
    private static void make(String database, int newest) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(settings.get("test.maintenance.url"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database + " OWNER audit");
        }
        Flyway earlier = Flyway.configure()
                .dataSource(url(database), "audit", "audit")
                .locations("filesystem:" + VERSIONS)
                .target(Integer.toString(newest))
                .load();
        assertThat(earlier.migrate().success).isTrue();
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (Path file : written(newest)) {
                statement.execute(Files.readString(file));
            }
        }
    }

    private static List<Path> written(int newest) throws IOException {
        try (Stream<Path> files = Files.list(ROWS)) {
            return files.filter(file -> from(file) <= newest && newest <= to(file))
                    .sorted(Comparator.comparing(UpgradeIT::from))
                    .toList();
        }
    }

    private static int from(Path file) {
        return Integer.parseInt(name(file).group(1));
    }

    private static int to(Path file) {
        return Optional.ofNullable(name(file).group(2)).map(Integer::valueOf).orElse(Integer.MAX_VALUE);
    }

    private static Matcher name(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        assertThat(name.matches()).as(file.toString()).isTrue();
        return name;
    }

    private static Map<String, List<String>> rows(String database) throws SQLException {
        Map<String, List<String>> rows = new HashMap<>();
        try (Connection connection = connect(database)) {
            for (String table : texts(connection, TABLES)) {
                rows.put(table, texts(connection, ROWS_OF.formatted(table)));
            }
        }
        assertThat(rows.get("trail_outcome")).hasSize(3);
        return rows;
    }

    private static void rowsMustBeThere(String database, Map<String, List<String>> rows) throws SQLException {
        try (Connection connection = connect(database)) {
            for (Map.Entry<String, List<String>> each : rows.entrySet()) {
                for (String row : each.getValue()) {
                    assertThat(hasRow(connection, each.getKey(), row))
                            .as("%s: %s", each.getKey(), row)
                            .isTrue();
                }
            }
        }
    }

    private static boolean hasRow(Connection connection, String table, String row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HAS_ROW.formatted(table))) {
            statement.setString(1, row);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() && found.getBoolean(1);
            }
        }
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), "audit", "audit");
    }

    private static String url(String database) {
        return "jdbc:postgresql://" + settings.get("godwit.audit.database.host") + ":"
                + settings.get("godwit.audit.database.port") + "/" + database;
    }
}
