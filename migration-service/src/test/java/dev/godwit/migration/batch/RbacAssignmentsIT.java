package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.Preflight;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The example {@code rbac-assignments}, by the files that its page shows. */
class RbacAssignmentsIT {

    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "rbac-assignments");

    private static final String ASSIGNED = """
            SELECT concat_ws(' ', r.name, a.scope_type, CASE WHEN a.is_immutable THEN 'for good' END)
              FROM user_role_assignments AS a
              JOIN users AS u ON u.id = a.user_id
              JOIN roles AS r ON r.id = a.role_id
             WHERE u.email = $1 || '@example.org'
             ORDER BY 1
            """;

    private static Engine application(String... files) {
        String[] sql = Stream.of(files).map(RbacAssignmentsIT::read).toArray(String[]::new);
        return Engine.on("rbac", sql);
    }

    private static String read(String file) {
        try {
            return Files.readString(EXAMPLE.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Definition definition(String name) {
        return new DefinitionDirectory(EXAMPLE)
                .load().definitions().stream()
                        .filter(found -> found.migration().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static final Definition ASSIGNMENTS = definition("rbac-assignments");
    private static final Definition IMMUTABLE = definition("rbac-starter-immutable");

    private static List<String> assigned(Engine engine, String user) {
        return engine.values(ASSIGNED, user);
    }

    private static List<Finding> findings(Engine engine, Definition definition) {
        return TestPostgres.pool(engine.database())
                .withConnection(connection -> new Preflight().check(connection, definition))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    @Test
    void shouldRefuseToRunWithoutRolesAndSayWhatToDo() {
        Engine engine = application("schema.sql", "data.sql");

        assertThat(findings(engine, ASSIGNMENTS))
                .filteredOn(Finding::refuses)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo("requirement_unmet");
                    assertThat(finding.message()).contains("the roles are there");
                    assertThat(finding.remedy()).contains("roles.sql");
                });
        engine.execute(read("roles.sql"));
        assertThat(findings(engine, ASSIGNMENTS))
                .as("nothing is read that nobody listens to")
                .isEmpty();
        assertThat(findings(engine, IMMUTABLE)).noneMatch(Finding::refuses);
    }

    @Test
    void shouldAssignWhatEachUserOwns() {
        Engine engine = application("schema.sql", "data.sql", "roles.sql", "by-hand.sql");
        EngineRun plan = engine.plan(ASSIGNMENTS);
        plan.inspect();
        EngineRun run = engine.commit(ASSIGNMENTS);

        assertThat(run.complete()).isZero();

        assertThat(run.counts())
                .isEqualTo(Map.of("migrated", 204L, "unchanged", 2L))
                .isEqualTo(plan.counts());
        assertThat(run.story()).isEqualTo(plan.story());
        long superusers = Long.parseLong(engine.value("SELECT count(*) FROM users WHERE is_superuser"));
        assertThat(run.groups()).isEqualTo(plan.groups()).containsOnlyKeys("[\"true\"]", "[\"false\"]");
        assertThat(run.groups().get("[\"true\"]").values().stream()
                        .mapToLong(n -> n)
                        .sum())
                .isEqualTo(superusers);
        assertThat(assigned(engine, "super-with-projects")).containsExactly("Admin global");
        assertThat(assigned(engine, "super-without")).containsExactly("Admin global");
        assertThat(assigned(engine, "with-starter")).containsExactly("Owner project for good");
        assertThat(assigned(engine, "flows-only")).containsExactly("Owner flow");
        assertThat(assigned(engine, "without-resources")).containsExactly("Viewer project");
        assertThat(assigned(engine, "user3"))
                .containsExactly("Owner flow", "Owner flow", "Owner flow", "Owner project", "Owner project for good");
        EngineRun again = engine.commit(ASSIGNMENTS);
        Map<String, List<String>> before = engine.contents();
        again.complete();
        assertThat(again.counts()).isEqualTo(Map.of("unchanged", 206L));
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldMakeStarterAssignmentsImmutableThatExistedBefore() {
        Engine engine = application("schema.sql", "data.sql", "roles.sql", "by-hand.sql");
        engine.commit(ASSIGNMENTS).complete();
        assertThat(assigned(engine, "granted-by-hand")).containsExactly("Owner project");
        EngineRun run = engine.commit(IMMUTABLE);

        run.complete();

        assertThat(run.counts()).containsEntry("migrated", 1L);
        assertThat(assigned(engine, "granted-by-hand")).containsExactly("Owner project for good");
        run.rollback();
        assertThat(assigned(engine, "granted-by-hand")).containsExactly("Owner project");
    }

    @Test
    void shouldTakeBothBackButNotWhatAnAdministratorGrantedSecondsLater() {
        Engine engine = application("schema.sql", "data.sql", "roles.sql", "by-hand.sql");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(ASSIGNMENTS);
        run.complete();
        EngineRun immutable = engine.commit(IMMUTABLE);
        immutable.complete();
        engine.execute("""
                INSERT INTO user_role_assignments (user_id, role_id, scope_type, scope_id)
                SELECT u.id, r.id, 'project', md5('project 6')::uuid
                  FROM users AS u, roles AS r
                 WHERE u.email = 'user5@example.org' AND r.name = 'Editor'
                """);
        engine.execute("UPDATE user_role_assignments SET is_immutable = true WHERE scope_id = md5('project 9')::uuid");

        immutable.rollback();
        run.rollback();

        assertThat(assigned(engine, "user5")).containsExactly("Editor project");
        assertThat(assigned(engine, "user9")).containsExactly("Owner project for good");
        assertThat(engine.value("SELECT count(*) FROM user_role_assignments")).isEqualTo("4");
        assertThat(run.counts()).containsEntry("reverted", 203L).containsEntry("diverged", 1L);
        assertThat(run.story().stream().filter(line -> line.contains("written_by_others")))
                .hasSize(1);
        engine.execute(
                "DELETE FROM user_role_assignments WHERE scope_id IN (md5('project 6')::uuid, md5('project 9')::uuid)");
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldDoNothingWhenThereAreNoUsers() {
        Engine engine = application("schema.sql", "roles.sql");
        EngineRun run = engine.commit(ASSIGNMENTS);

        run.complete();

        assertThat(run.counts()).isEmpty();
        assertThat(engine.value("SELECT count(*) FROM user_role_assignments")).isEqualTo("0");
    }
}
