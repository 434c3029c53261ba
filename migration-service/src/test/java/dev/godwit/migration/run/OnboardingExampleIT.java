package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.LoadResult;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The files of docs/examples/onboarding-9-states do what its README says. */
class OnboardingExampleIT {

    private static final Path EXAMPLE = Path.of("../docs/examples/onboarding-9-states");
    private static final String FORMER = "CHECK (((current_step >= 0) AND (current_step <= 11)))";
    private static final String NEW = "CHECK (((current_step >= 0) AND (current_step <= 9)))";

    private Engine engine;
    private Surroundings surroundings;

    @BeforeEach
    void createTables() {
        engine = Engine.on("onboarding", sql("schema.sql"), sql("data.sql"));
        surroundings = new Surroundings(
                engine.runs(),
                engine.contexts(),
                new Capture(
                        engine.runs(),
                        engine.contexts(),
                        new HeardDatabases(engine.pool(), Outside.nothing(), engine.config()),
                        null));
    }

    private static String sql(String file) {
        try {
            return Files.readString(EXAMPLE.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Definition definition(String name) {
        LoadResult result = new DefinitionDirectory(EXAMPLE).load();
        assertThat(result.errors()).isEmpty();
        return result.definitions().stream()
                .filter(definition -> definition.migration().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldChangeWhatThePlanSaidAndLeaveMarkedRowsAlone() {
        EngineRun plan = engine.plan(definition("onboarding-9-states"));
        plan.inspect();
        List<String> marked = marked();

        EngineRun run = complete("onboarding-9-states");

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 240L, "unchanged", 12L));
        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(marked()).isEqualTo(marked);
        assertThat(constraint()).isEqualTo(NEW);
        assertThat(engine.values("SELECT step_data ->> 'version' FROM onboarding_states GROUP BY 1"))
                .containsExactly("9");
        assertThat(engine.value("SELECT count(*) FROM onboarding_states WHERE progress <> current_step * 100 / 11"))
                .isEqualTo("0");
    }

    private List<String> marked() {
        return engine.values(
                "SELECT o::text FROM onboarding_states AS o WHERE step_data ? '_migration_metadata' ORDER BY id");
    }

    @Test
    void shouldGiveTheOriginalDocumentsAndTheConstraintBack() {
        Map<String, List<String>> before = engine.contents();
        EngineRun run = complete("onboarding-9-states");

        rollBack(run);

        assertThat(engine.contents()).as("json and text to the byte, jsonb too").isEqualTo(before);
        assertThat(constraint()).isEqualTo(FORMER);
        assertThat(run.counts()).containsEntry("reverted", 240L);
    }

    @Test
    void shouldTellWhichRowsTheApplicationChangedSince() {
        EngineRun run = complete("onboarding-9-states");
        String moved = "SELECT id FROM onboarding_states WHERE current_step = 8 ORDER BY id LIMIT 1";
        String id = engine.value(moved);
        engine.execute("UPDATE onboarding_states SET current_step = 9 WHERE id = (" + moved + ")");
        engine.execute("UPDATE onboarding_states SET note = 'a word of ours'");

        rollBack(run);

        assertThat(run.counts()).containsEntry("reverted", 239L).containsEntry("diverged", 1L);
        assertThat(run.story()).contains(id + " -> null diverged changed_since");
        assertThat(engine.value("SELECT count(*) FROM onboarding_states WHERE note <> 'a word of ours'"))
                .isEqualTo("0");
        assertThat(engine.value("SELECT current_step FROM onboarding_states WHERE id = $1::text::uuid", id))
                .isEqualTo("9");
    }

    @Test
    void shouldRestoreMarkedRowsByTheSecondDefinition() {
        complete("onboarding-restore-marked");
        assertThat(marked()).isEmpty();

        EngineRun run = complete("onboarding-9-states");

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 252L));
    }

    @Test
    void shouldGoOnWithTheConstraintWhereItWasInterrupted() {
        EngineRun run = engine.commit(definition("onboarding-9-states"));
        RunContext context = run.context();
        Engine.await(engine.runs().inTransaction(c -> context.operation().prepare(context, c)));
        run.complete();
        for (int again = 0; again < 2; again++) {
            assertThat(Engine.await(surroundings.narrow(run.context()))).isEmpty();
        }
        for (int again = 0; again < 2; again++) {
            assertThat(Engine.await(surroundings.validate(run.context()))).isEmpty();
        }
        close(run, RunState.COMPLETED);
        assertThat(constraint()).isEqualTo(NEW);

        for (int again = 0; again < 2; again++) {
            reopen(run);
        }
        run.rollback();
        for (int again = 0; again < 2; again++) {
            assertThat(Engine.await(surroundings.restore(run.context()))).isEmpty();
        }
        close(run, RunState.ROLLED_BACK);
        assertThat(constraint()).isEqualTo(FORMER);
    }

    @Test
    void shouldNotLetTheApplicationQueueBehindItsWaitForTheTable() throws SQLException {
        try (Connection reader = TestPostgres.connect(engine.database());
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM onboarding_states");
            long began = System.nanoTime();

            Throwable failure = catchThrowable(() -> engine.commit(definition("onboarding-9-states")));

            assertThat(PgErrors.isLockNotAvailable(failure)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        }
        assertThat(constraint()).isEqualTo(FORMER);
    }

    /** What the service does with a run when no row is pending. */
    @CanIgnoreReturnValue
    private EngineRun complete(String migration) {
        EngineRun run = engine.commit(definition(migration));
        assertThat(run.complete()).isZero();
        assertThat(Engine.await(surroundings.narrow(run.context()))).isEmpty();
        assertThat(Engine.await(surroundings.validate(run.context()))).isEmpty();
        close(run, RunState.COMPLETED);
        return run;
    }

    private void rollBack(EngineRun run) {
        reopen(run);
        run.rollback();
        assertThat(Engine.await(surroundings.restore(run.context()))).isEmpty();
        close(run, RunState.ROLLED_BACK);
    }

    private void reopen(EngineRun run) {
        RunContext context = run.context();
        Engine.await(engine.runs().inTransaction(c -> surroundings.reopen(c, context)));
    }

    private void close(EngineRun run, RunState end) {
        Run row = run.row();
        RunContext context = run.context();
        Engine.await(engine.runs().inTransaction(c -> surroundings.close(c, row, Optional.of(context), end)));
    }

    private String constraint() {
        return engine.value(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'onboarding_states'::regclass AND contype = 'c'");
    }
}
