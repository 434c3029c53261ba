package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.TestDefinitions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransformParserTest {

    private static final String WHOLE = """
            migration: onboarding-9-states
            transform:
              table: public.onboarding_states
              key: id
              pending: "NOT onboarding.is_9_state(step_data)"
              functions: onboarding.sql
              set:
                current_step: onboarding.to_9(current_step)
                step_data: onboarding.remap(step_data)
              where: tenant = 7
              writers: old
              constraint: {name: ck_current_step, from: current_step BETWEEN 0 AND 11, to: current_step BETWEEN 0 AND 9}
              triggers: off
            """;

    private static final String FUNCTIONS = "CREATE FUNCTION onboarding.to_9(integer) RETURNS integer RETURN 9;";

    @Test
    void shouldReadEverythingThatAFileSays() {
        TransformDefinition transform = (TransformDefinition)
                TestDefinitions.of(WHOLE, Map.of("onboarding.sql", FUNCTIONS)).operation();

        assertThat(transform.table()).isEqualTo(new TableName("public", "onboarding_states"));
        assertThat(transform.key()).contains("id");
        assertThat(transform.pending()).isEqualTo("NOT onboarding.is_9_state(step_data)");
        assertThat(transform.set())
                .containsExactly(
                        Map.entry("current_step", "onboarding.to_9(current_step)"),
                        Map.entry("step_data", "onboarding.remap(step_data)"));
        assertThat(transform.where()).isEqualTo("tenant = 7");
        assertThat(transform.writers()).isEqualTo(Writers.OLD);
        assertThat(transform.triggers()).isEqualTo(Triggers.OFF);
        assertThat(transform.functions()).contains(new FunctionsFile("onboarding.sql", "onboarding", FUNCTIONS));
        assertThat(transform.constraint())
                .contains(new ConstraintSwap(
                        "ck_current_step", "current_step BETWEEN 0 AND 11", "current_step BETWEEN 0 AND 9"));
    }

    @Test
    void shouldSayWhyPendingAndWritersMustBeGiven() {
        List<DefinitionError> errors = errors("migration: m\ntransform:\n  table: t\n  set: {a: b}\n");

        assertThat(errors).hasSize(2).allSatisfy(error -> {
            assertThat(error.file()).isEqualTo("migration.yaml");
            assertThat(error.line()).isEqualTo(3);
        });
        assertThat(errors.get(0).key()).isEqualTo("transform.pending");
        assertThat(errors.get(0).remedy()).contains("f(f(x)) is not f(x)");
        assertThat(errors.get(1).key()).isEqualTo("transform.writers");
        assertThat(errors.get(1).remedy()).contains("old", "new", "wrong guess");
    }

    @Test
    void shouldNameThePlaceOfAMistake() {
        List<DefinitionError> errors = errors("""
                migration: m
                transform:
                  table: t
                  pending: a > (1
                  set: {a: "1; DROP TABLE t"}
                  writers: both
                  functions: ../secrets.sql
                  constraint: {name: c, from: a > 0}
                """);

        assertThat(errors).extracting(DefinitionError::line).containsExactly(4, 5, 6, 7, 8);
        assertThat(errors)
                .extracting(DefinitionError::key)
                .containsExactly(
                        "transform.pending",
                        "transform.set",
                        "transform.writers",
                        "transform.functions",
                        "transform.constraint.to");
        assertThat(errors).allSatisfy(error -> assertThat(error.remedy()).isNotBlank());
    }

    @Test
    void shouldMissTheFileOfFunctions() {
        assertThat(TestDefinitions.load(WHOLE).errors()).singleElement().satisfies(error -> {
            assertThat(error.message()).isEqualTo("there is no file 'onboarding.sql' beside the definition");
            assertThat(error.line()).isEqualTo(6);
        });
    }

    @Test
    void shouldRefuseASchemaThatIsNotTheFunctionsOwn() {
        for (String name : List.of("public.sql", "godwit.sql", "pg_catalog.sql")) {
            List<DefinitionError> errors = TestDefinitions.load(
                            WHOLE.replace("onboarding.sql", name), Map.of(name, FUNCTIONS))
                    .errors();
            assertThat(errors).as(name).hasSize(1);
            assertThat(errors.get(0).message()).contains("cannot be the functions' own");
        }
    }

    @Test
    void shouldRefuseTwoOperationsInOneMigration() {
        assertThat(errors("""
                migration: m
                rekey: {table: t, key: id, to: id}
                transform: {table: t, pending: a, set: {a: b}, writers: old}
                """)).extracting(DefinitionError::message).containsExactly("two operations in one migration");
    }

    @Test
    void shouldChangeTheHashWithTheFunctions() {
        String one =
                TestDefinitions.of(WHOLE, Map.of("onboarding.sql", FUNCTIONS)).hash();
        String other = TestDefinitions.of(WHOLE, Map.of("onboarding.sql", FUNCTIONS + "\n"))
                .hash();

        assertThat(one).startsWith("sha256:").isNotEqualTo(other);
    }

    @Test
    void shouldBeReadAgainFromWhatARunKeeps() {
        Definition read = TestDefinitions.of(WHOLE, Map.of("onboarding.sql", FUNCTIONS));

        Definition kept = DefinitionDirectory.accepted(
                read.text(), read.file(), read.operation().attachments());

        assertThat(kept).isEqualTo(read);
        assertThat(((TransformDefinition) kept.operation()).functions().map(FunctionsFile::sql))
                .isEqualTo(Optional.of(FUNCTIONS));
    }

    private static List<DefinitionError> errors(String yaml) {
        return TestDefinitions.load(yaml).errors();
    }
}
