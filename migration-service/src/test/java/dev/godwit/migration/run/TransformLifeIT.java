package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a transform whose check constraint follows the rows, on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class TransformLifeIT extends LiveRuns {

    private static final String FORMER = "CHECK (((number >= 0) AND (number <= 11)))";
    private static final String NEW = "CHECK (((number >= 0) AND (number <= 9)))";

    private static final String REQUESTED = """
            SELECT concat_ws(' ', o.value ->> 'key', o.value ->> 'outcome', o.value ->> 'reason')
              FROM godwit.outbox AS e
             CROSS JOIN LATERAL jsonb_array_elements(convert_from(e.payload, 'UTF8')::jsonb -> 'outcomes') AS o
             WHERE e.topic = 'godwit.outcomes'
               AND e.subject = $1
               AND convert_from(e.payload, 'UTF8')::jsonb ->> 'lane' = 'request'
             ORDER BY 1
            """;

    @BeforeEach
    void createStep() {
        execute("DROP TABLE IF EXISTS step");
        execute("""
                CREATE TABLE step (id integer PRIMARY KEY, number integer NOT NULL, form text NOT NULL DEFAULT 'old', note text,
                                   CONSTRAINT step_number CHECK (number BETWEEN 0 AND 11));
                INSERT INTO step (id, number) SELECT n, n FROM generate_series(0, 11) AS n;
                """);
    }

    @Test
    void shouldExchangeTheConstraintWithoutAFailingWriteAndBackAgainT11() {
        List<String> before = rows();
        String run = start("steps", true);
        must(run, RunState.FOLLOWING);

        execute("UPDATE step SET note = 'seen' WHERE id = 11");
        execute("INSERT INTO step (id, number) VALUES (12, 11)");
        assertThat(constraint())
                .startsWith("CHECK ((((number >= 0) AND (number <= 11)) OR")
                .endsWith("NOT VALID");
        command(RunCommand.COMPLETE, run);
        must(run, RunState.COMPLETED);

        assertThat(constraint()).isEqualTo(NEW);
        assertThat(values("SELECT id || ' ' || number FROM step WHERE id >= 10 ORDER BY id"))
                .containsExactly("10 9", "11 9", "12 9");
        assertThat(values("SELECT nspname FROM pg_namespace WHERE nspname = 'stepping'"))
                .as("functions are there while a run works")
                .isEmpty();

        execute("DELETE FROM step WHERE id = 12");
        execute("UPDATE step SET note = NULL WHERE id = 11");
        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);

        assertThat(constraint()).isEqualTo(FORMER);
        assertThat(rows()).isEqualTo(before);
        assertThat(reason(run)).isEqualTo("null");
    }

    @Test
    void shouldNameRowsThatStillHoldAFormerValueT11() {
        execute("INSERT INTO step (id, number, form) VALUES (21, 11, 'new')");
        String run = start("steps", false);

        must(run, RunState.FAILED);

        assertThat(reason(run)).contains("step_number").contains("1 row: 21");
        assertThat(value("SELECT verification ->> 'checks' FROM godwit.run WHERE id = $1", run))
                .contains("1 row: 21");
        execute("UPDATE step SET note = 'the application goes on' WHERE id = 21");
        execute("UPDATE step SET number = 9 WHERE id = 21");
        command(RunCommand.RESUME, run);
        must(run, RunState.COMPLETED);
        assertThat(constraint()).isEqualTo(NEW);
    }

    @Test
    void shouldKeepBothFormsWhenARowStandsInTheWayOfRollback() {
        String run = start("shift", false);
        must(run, RunState.COMPLETED);
        execute("INSERT INTO step (id, number, form) VALUES (30, 20, 'new')");

        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);

        assertThat(reason(run)).isEqualTo("constraint step_number still allows both forms, because of 1 row: 30");
        assertThat(constraint()).contains(" OR ").endsWith("NOT VALID");
        assertThat(values("SELECT id FROM step WHERE number <> id")).containsExactly("30");
    }

    @Test
    void shouldRefuseAConstraintThatIsNotWhatTheDefinitionSays() {
        execute(
                "ALTER TABLE step DROP CONSTRAINT step_number, ADD CONSTRAINT step_number CHECK (number BETWEEN 0 AND 12)");

        assertThatThrownBy(() -> start("steps", false))
                .hasMessageContaining("which is not what transform.constraint.from says");
    }

    @Test
    void shouldGiveUpWhatItDemandedWhenCancelled() {
        String run = start("steps", true);
        must(run, RunState.FOLLOWING);
        command(RunCommand.CANCEL, run);
        must(run, RunState.CANCELLED);
        assertThat(constraint()).endsWith("NOT VALID");

        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);

        assertThat(constraint()).isEqualTo(FORMER);
    }

    @Test
    void shouldChangeASampleFirstThenTheRestAndGiveBothBack() {
        List<String> before = rows();
        String sample = startLimited("steps", 3);
        must(sample, RunState.COMPLETED);
        assertThat(values("SELECT id FROM step WHERE form = 'new'")).hasSize(3);
        assertThat(constraint()).as("others are still to come").endsWith("NOT VALID");

        String rest = start("steps", false);
        must(rest, RunState.COMPLETED);
        assertThat(constraint()).isEqualTo(NEW);
        assertThat(values("SELECT id FROM step WHERE form = 'old'")).isEmpty();

        command(RunCommand.ROLLBACK, rest);
        must(rest, RunState.ROLLED_BACK);
        command(RunCommand.ROLLBACK, sample);
        must(sample, RunState.ROLLED_BACK);
        assertThat(rows()).isEqualTo(before);
        assertThat(constraint()).isEqualTo(FORMER);
    }

    @Test
    void shouldChangeWhatWasWrittenWhileItPausedAndWhatIsAskedFor() {
        String run = start("steps", true);
        must(run, RunState.FOLLOWING);
        command(RunCommand.PAUSE, run);
        execute("INSERT INTO step (id, number) VALUES (12, 11)");
        command(RunCommand.RESUME, run);
        await(services.migrate(UUID.randomUUID().toString(), "steps", List.of("5", "77"), "test", Optional.empty()));

        patiently().untilAsserted(() -> {
            assertThat(values("SELECT number FROM step WHERE id = 12")).containsExactly("9");
            assertThat(values(REQUESTED, run)).containsExactly("5 unchanged", "77 skipped not_found");
        });
        command(RunCommand.COMPLETE, run);
        must(run, RunState.COMPLETED);
        assertThat(value("SELECT sum(migrated) FROM godwit.stream WHERE run_id = $1", run))
                .isEqualTo("13");
    }

    private List<String> rows() {
        return values("SELECT s::text FROM step AS s ORDER BY id");
    }

    private String constraint() {
        List<String> all = values(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'step'::regclass AND contype = 'c'");
        assertThat(all).as("one constraint and nothing left behind").hasSize(1);
        return all.get(0);
    }
}
