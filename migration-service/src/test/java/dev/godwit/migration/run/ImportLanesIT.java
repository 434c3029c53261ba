package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Imports through every lane of the whole service, while the source goes on. */
@QuarkusTest
@TestProfile(LiveService.class)
class ImportLanesIT extends LiveRuns {

    private static final String SCHOOL = """
            DROP SCHEMA IF EXISTS legacy CASCADE;
            DROP TABLE IF EXISTS crew, member;
            CREATE SCHEMA legacy;
            CREATE TABLE legacy.person (id integer PRIMARY KEY, name text);
            CREATE TABLE legacy.team (id integer PRIMARY KEY, name text, lead integer);
            CREATE TABLE member (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
            CREATE TABLE crew (id bigserial PRIMARY KEY, name text NOT NULL, lead uuid NOT NULL);
            INSERT INTO legacy.person SELECT n, 'p' || n FROM generate_series(1, 20) AS n;
            INSERT INTO legacy.team VALUES (1, 'red', 1), (2, 'blue', 99999);
            """;

    @BeforeEach
    void createSchool() {
        execute(SCHOOL);
    }

    @Test
    void shouldFollowItsSourceUntilItIsComplete() {
        String run = following("people");
        assertThat(members()).hasSize(20);
        execute(
                "UPDATE legacy.person SET name = 'Ann' WHERE id = 1; DELETE FROM legacy.person WHERE id = 2; INSERT INTO legacy.person VALUES (21, ' new ')");
        patiently()
                .untilAsserted(() ->
                        assertThat(members()).hasSize(20).contains("Ann", "new").doesNotContain("p1", "p2"));

        command(RunCommand.PAUSE, run);
        execute("UPDATE legacy.person SET name = 'Bob' WHERE id = 3");
        patiently().untilAsserted(() -> assertThat(values("SELECT key FROM godwit.pending_key WHERE run_id = $1", run))
                .contains("3"));
        assertThat(members()).contains("p3");
        command(RunCommand.RESUME, run);
        patiently().untilAsserted(() -> assertThat(members()).contains("Bob"));
        await(services.migrate(UUID.randomUUID().toString(), "people", List.of("4", "77"), "test", Optional.empty()));
        execute("UPDATE member SET name = 'spoilt' WHERE name = 'p5'");
        assertThat(newKey("legacy.person", "21")).isEqualTo(value("SELECT id::text FROM member WHERE name = 'new'"));
        assertThat(await(services.identity("legacy.person", "2"))).as("gone").isEmpty();
        command(RunCommand.COMPLETE, run);
        must(run, RunState.COMPLETED);

        assertThat(members())
                .as("verification compares both sides")
                .contains("p5")
                .doesNotContain("spoilt");
        assertThat(reasons(run)).contains("source_changed", "source_deleted", "not_found");
        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);
        assertThat(members()).as("what somebody had made of it").containsExactly("spoilt");
        assertThat(reasons(run)).contains("changed_since");
        assertThat(await(services.identity("legacy.person", "21")))
                .as("taken back")
                .isEmpty();
    }

    @Test
    void shouldTakeAwayWhatWentWhileItsChangesWereLost() {
        String run = following("people");
        command(RunCommand.PAUSE, run);
        execute(
                "DELETE FROM legacy.person WHERE id = 2; INSERT INTO legacy.person SELECT n, 'p' || n FROM generate_series(21, "
                        + (21 + 4 * LiveService.PARKED_KEYS_MAX) + ") AS n");
        patiently().until(() -> value("SELECT rescan FROM godwit.run WHERE id = $1", run), "true"::equals);

        command(RunCommand.RESUME, run);

        patiently().untilAsserted(() -> assertThat(members()).contains("p21").doesNotContain("p2"));
        patiently().until(() -> run(run).state() == RunState.FOLLOWING && !run(run).verifyAsked());
    }

    /** Whenever both sides are compared, some rows are gone from the one whose deletion the other has not heard of. */
    @Test
    void shouldVerifyAtOnceThoughRowsAreDeletedAllTheTime() throws Exception {
        execute("INSERT INTO legacy.person SELECT n, 'p' || n FROM generate_series(21, 6000) AS n");
        String run = following("people");
        AtomicBoolean deleting = new AtomicBoolean(true);
        CompletableFuture<Integer> deleted = CompletableFuture.supplyAsync(() -> delete(deleting));
        command(RunCommand.COMPLETE, run);
        must(run, RunState.COMPLETED);
        deleting.set(false);

        assertThat(deleted.get()).as("until the end").isBetween(10, 5_900);
        assertThat(run(run).rounds()).as("verified again").isLessThan(3);
        assertThat(reasons(run)).contains("source_deleted");
    }

    /** Deletes row by row, from the last one on; answers how many. */
    private int delete(AtomicBoolean deleting) {
        int rows = 0;
        try (Connection connection = TestPostgres.connect(database);
                Statement statement = connection.createStatement()) {
            for (int id = 6_000; deleting.get() && id > 20; id--) {
                rows += statement.executeUpdate("DELETE FROM legacy.person WHERE id = " + id);
                statement.execute("SELECT pg_sleep(0.01)");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    @Test
    void shouldSayThatItsChangesAreNotHeardUntilTheyAre() {
        String run = following("people");
        connector.stop();
        execute("INSERT INTO legacy.person VALUES (21, 'late')");
        patiently().untilAsserted(() -> assertThat(reason(run))
                .startsWith("waits: changes are not heard: nobody reads replication slot"));
        connector.goOn();

        patiently().untilAsserted(() -> assertThat(members()).contains("late"));
        patiently().untilAsserted(() -> assertThat(reason(run)).isEqualTo("null"));
        assertThat(run(run).state()).isEqualTo(RunState.FOLLOWING);
    }

    @Test
    void shouldWaitForIdentitiesThatArriveLaterT16() {
        String first = start("people", false);
        must(first, RunState.COMPLETED);
        String teams = following("teams");
        assertThat(crews()).containsExactly("red p1");

        execute("INSERT INTO legacy.person VALUES (99999, 'late')");
        String second = start("people", false);
        patiently().untilAsserted(() -> assertThat(crews()).containsExactly("blue late", "red p1"));
        must(second, RunState.COMPLETED);
        complete(teams);
        assertThat(reasons(teams)).contains("missing_identity");
    }

    /** Twelve megabytes in a few blocks are more than a batch takes at once, and a row of seventeen more than it ever takes. */
    @Test
    void shouldBringLargeValuesInSmallerPartsAndSayWhichRowIsTooLarge() {
        execute("""
                TRUNCATE legacy.team;
                INSERT INTO legacy.team SELECT n, repeat(md5(n::text), 32768), n FROM generate_series(1, 12) AS n;
                INSERT INTO legacy.team VALUES (13, repeat('x', 17 * 1024 * 1024), 13);
                """);
        must(start("people", false), RunState.COMPLETED);
        String plan = plan("teams");
        must(plan, RunState.PLANNED);
        String run = following("teams");
        patiently().untilAsserted(() -> assertThat(large()).isEqualTo("12"));
        execute("UPDATE legacy.team SET name = name || 'changed'");
        patiently().untilAsserted(() -> assertThat(value("SELECT count(*) FROM crew WHERE name LIKE '%changed'"))
                .isEqualTo("12"));

        complete(run);

        assertThat(large()).isEqualTo("12");
        for (String told : List.of(plan, run)) {
            assertThat(values("SELECT DISTINCT key || ' ' || detail FROM godwit.quarantine WHERE run_id = $1", told))
                    .singleElement()
                    .asString()
                    .startsWith("13 its values have 17 MiB")
                    .contains("at most 16 MiB");
        }
        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);
        assertThat(large()).isEqualTo("0");
    }

    /** How many crews have a name of a megabyte that its team has. */
    private String large() {
        return value(
                "SELECT count(*) FROM crew AS c WHERE length(c.name) >= 1024 * 1024 AND EXISTS (SELECT FROM legacy.team AS t WHERE t.name = c.name)");
    }

    private String newKey(String table, String key) {
        return await(services.identity(table, key)).orElseThrow().getString("newKey");
    }

    private List<String> members() {
        return values("SELECT name FROM member ORDER BY name");
    }

    private List<String> crews() {
        return values("SELECT c.name || ' ' || m.name FROM crew AS c JOIN member AS m ON m.id = c.lead ORDER BY 1");
    }
}
