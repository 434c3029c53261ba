package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A derive through every lane of the whole service, while the application goes on. */
@QuarkusTest
@TestProfile(LiveService.class)
class DeriveLanesIT extends LiveRuns {

    private static final String LIBRARY = """
            DROP TABLE IF EXISTS duty, shelf, person;
            CREATE TABLE person (id integer PRIMARY KEY);
            CREATE TABLE shelf (id integer PRIMARY KEY, keeper integer);
            CREATE INDEX ON shelf (keeper);
            CREATE TABLE duty (person integer, shelf integer, PRIMARY KEY (person, shelf));
            INSERT INTO person SELECT n FROM generate_series(1, 20) AS n;
            INSERT INTO shelf SELECT n, n FROM generate_series(1, 20) AS n;
            """;

    @BeforeEach
    void createLibrary() {
        execute(LIBRARY);
    }

    @Test
    void shouldGiveNewEntitiesTheirRowsWhileItFollowsT15() {
        String run = start("duties", true, Optional.empty(), List.of(), true);
        must(run, RunState.FOLLOWING);
        execute("INSERT INTO shelf VALUES (30, 3); INSERT INTO shelf VALUES (31, 31); INSERT INTO person VALUES (31)");
        patiently().untilAsserted(() -> assertThat(duties()).hasSize(22).contains("3 30", "31 31"));

        command(RunCommand.PAUSE, run);
        execute("INSERT INTO shelf VALUES (32, 4)");
        patiently().untilAsserted(() -> assertThat(values("SELECT key FROM godwit.pending_key WHERE run_id = $1", run))
                .contains("32"));
        assertThat(duties()).doesNotContain("4 32");
        command(RunCommand.RESUME, run);
        patiently().untilAsserted(() -> assertThat(duties()).contains("4 32"));
        await(services.migrate(UUID.randomUUID().toString(), "duties", List.of("5", "99"), "test", Optional.empty()));
        execute("DELETE FROM shelf WHERE id = 1");
        command(RunCommand.COMPLETE, run);
        must(run, RunState.COMPLETED);

        assertThat(duties())
                .as("verification finds what is superfluous")
                .hasSize(22)
                .doesNotContain("1 1");
        assertThat(reasons(run)).contains("late_row", "retracted", "not_found");
        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);
        assertThat(duties()).isEmpty();
    }

    @Test
    void shouldNotFollowWhatItDoesNotHearOfT15() {
        assertThatThrownBy(() -> start("duties-unwatched", true, Optional.empty(), List.of(), true))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("public.shelf")
                .hasMessageContaining("derive.watch");

        String run = start("duties-unwatched", true, Optional.empty(), List.of(), false);
        must(run, RunState.COMPLETED);
        assertThat(duties()).hasSize(20);
    }

    @Test
    void shouldActOnAPartOfTheEntities() {
        String limited = start("duties", true, Optional.of(3L), List.of(), false);
        must(limited, RunState.COMPLETED);
        assertThat(duties()).hasSize(3);

        String only = start("duties", true, Optional.empty(), List.of("19", "20"), false);
        must(only, RunState.COMPLETED);
        assertThat(duties()).hasSize(5).contains("19 19", "20 20");
        JsonObject explained = await(services.explain("duties"));
        assertThat(explained.encode()).contains("insert-missing", "superfluous", "ON CONFLICT");
    }

    private List<String> duties() {
        return values("SELECT person || ' ' || shelf FROM duty ORDER BY person, shelf");
    }
}
