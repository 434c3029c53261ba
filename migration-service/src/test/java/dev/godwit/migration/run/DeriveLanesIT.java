package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestConnector;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A derive through every lane of the whole service, while the application goes on. */
@QuarkusTest
@TestProfile(LiveService.class)
class DeriveLanesIT {

    private static final String LIBRARY = """
            DROP TABLE IF EXISTS duty, shelf, person;
            CREATE TABLE person (id integer PRIMARY KEY);
            CREATE TABLE shelf (id integer PRIMARY KEY, keeper integer);
            CREATE INDEX ON shelf (keeper);
            CREATE TABLE duty (person integer, shelf integer, PRIMARY KEY (person, shelf));
            INSERT INTO person SELECT n FROM generate_series(1, 20) AS n;
            INSERT INTO shelf SELECT n, n FROM generate_series(1, 20) AS n;
            """;

    @ConfigProperty(name = "godwit.database.name")
    String database;

    @Inject
    RunServices services;

    @Inject
    Runs runs;

    @Inject
    Pool pool;

    private TestConnector connector;

    @BeforeEach
    void createTables() {
        TestPostgres.execute(database, LIBRARY);
        connector = new TestConnector(database, LiveService.SLOT);
    }

    @AfterEach
    void endRuns() {
        values("SELECT id FROM godwit.run WHERE state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        patiently().untilAsserted(() -> assertThat(values("SELECT id FROM godwit.run WHERE state = 'cancelling'"))
                .isEmpty());
        connector.close();
    }

    @Test
    void shouldGiveNewEntitiesTheirRowsWhileItFollowsT15() {
        String run = start("duties", true, Optional.empty(), List.of());
        patiently().until(() -> state(run) == RunState.FOLLOWING);
        TestPostgres.execute(
                database,
                "INSERT INTO shelf VALUES (30, 3); INSERT INTO shelf VALUES (31, 31); INSERT INTO person VALUES (31)");
        patiently().untilAsserted(() -> assertThat(duties()).hasSize(22).contains("3 30", "31 31"));

        command(RunCommand.PAUSE, run);
        TestPostgres.execute(database, "INSERT INTO shelf VALUES (32, 4)");
        patiently().untilAsserted(() -> assertThat(values("SELECT key FROM godwit.pending_key WHERE run_id = $1", run))
                .contains("32"));
        assertThat(duties()).doesNotContain("4 32");
        command(RunCommand.RESUME, run);
        patiently().untilAsserted(() -> assertThat(duties()).contains("4 32"));
        await(services.migrate(UUID.randomUUID().toString(), "duties", List.of("5", "99"), "test"));
        TestPostgres.execute(database, "DELETE FROM shelf WHERE id = 1");
        command(RunCommand.COMPLETE, run);
        patiently().until(() -> state(run) == RunState.COMPLETED);

        assertThat(duties())
                .as("verification finds what is superfluous")
                .hasSize(22)
                .doesNotContain("1 1");
        assertThat(reasons(run)).contains("late_row", "retracted", "not_found");
        command(RunCommand.ROLLBACK, run);
        patiently().until(() -> state(run) == RunState.ROLLED_BACK);
        assertThat(duties()).isEmpty();
    }

    @Test
    void shouldNotFollowWhatItDoesNotHearOfT15() {
        assertThatThrownBy(() -> start("duties-unwatched", true, Optional.empty(), List.of()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("public.shelf")
                .hasMessageContaining("derive.watch");

        String run = start("duties-unwatched", false, Optional.empty(), List.of());
        patiently().until(() -> state(run) == RunState.COMPLETED);
        assertThat(duties()).hasSize(20);
    }

    @Test
    void shouldActOnAPartOfTheEntities() {
        String limited = start("duties", false, Optional.of(3L), List.of());
        patiently().until(() -> state(limited) == RunState.COMPLETED);
        assertThat(duties()).hasSize(3);

        String only = start("duties", false, Optional.empty(), List.of("19", "20"));
        patiently().until(() -> state(only) == RunState.COMPLETED);
        assertThat(duties()).hasSize(5).contains("19 19", "20 20");
        JsonObject explained = await(services.explain("duties"));
        assertThat(explained.encode()).contains("insert-missing", "superfluous", "ON CONFLICT");
    }

    private List<String> duties() {
        return values("SELECT person || ' ' || shelf FROM duty ORDER BY person, shelf");
    }

    private List<String> reasons(String run) {
        return values(
                "SELECT o ->> 'reason' FROM godwit.outbox, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'outcomes') AS o WHERE subject = $1",
                run);
    }

    private String start(String migration, boolean follow, Optional<Long> limit, List<String> only) {
        StartCommand command = new StartCommand(
                UUID.randomUUID().toString(),
                migration,
                true,
                limit,
                only,
                Optional.empty(),
                follow,
                Optional.empty(),
                "test",
                Optional.empty());
        return await(services.start(command)).getString("run");
    }

    private void command(RunCommand command, String run) {
        await(services.command(command, run, UUID.randomUUID().toString(), "test", Optional.empty()));
    }

    private RunState state(String run) {
        return await(runs.find(run)).orElseThrow().state();
    }

    private List<String> values(String sql, Object... parameters) {
        List<String> values = new ArrayList<>();
        for (Row row : await(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
            values.add(String.valueOf(row.getValue(0)));
        }
        return values;
    }

    @CanIgnoreReturnValue
    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
