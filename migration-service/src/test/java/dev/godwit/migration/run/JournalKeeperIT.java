package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of runs that ended long ago; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class JournalKeeperIT extends LiveRuns {

    private static final Duration MONTH = Duration.ofDays(30);

    @Inject
    JournalKeeper keeper;

    @Inject
    MigrationStates states;

    @Test
    void shouldForgetRunsThatEndedLongAgoAndStillKnowWhatIsApplied() {
        String old = ended("first");
        String young = ended("second");
        execute("UPDATE godwit.run SET ended_at = clock_timestamp() - interval '31 days' WHERE id = '" + old + "'");
        execute("UPDATE godwit.run SET ended_at = clock_timestamp() - interval '29 days' WHERE id = '" + young + "'");
        String journal = "godwit.identity_" + run(old).serial();
        assertThat(value("SELECT to_regclass($1)", journal)).isEqualTo(journal);

        assertThat(await(keeper.forget(MONTH))).containsExactly(old);

        assertThat(await(runs.find(old))).isEmpty();
        assertThat(value("SELECT to_regclass($1)", journal)).isEqualTo("null");
        assertThat(run(young).state()).isEqualTo(RunState.COMPLETED);
        assertThat(await(states.read()).getString("first")).isEqualTo("applied");
        assertThat(await(keeper.forget(MONTH))).isEmpty();
        assertThatThrownBy(() -> command(RunCommand.ROLLBACK, old)).hasMessageContaining("there is no run '" + old);
    }

    @Test
    void shouldKeepRunsWithAliasesAndThoseThatHaveNotEnded() {
        String aliased = ended("first");
        execute("UPDATE godwit.run SET ended_at = clock_timestamp() - interval '31 days' WHERE id = '" + aliased + "'");
        execute("INSERT INTO godwit.alias (run_id, number, relation, trigger, function) VALUES ('" + aliased
                + "', 1, 0, 'none', 'none')");
        String following = following("second");
        execute("UPDATE godwit.run SET created_at = clock_timestamp() - interval '31 days' WHERE id = '" + following
                + "'");

        assertThat(await(keeper.forget(MONTH))).isEmpty();

        assertThat(run(aliased).state()).isEqualTo(RunState.COMPLETED);
        assertThat(run(following).state()).isEqualTo(RunState.FOLLOWING);
        execute("DELETE FROM godwit.alias WHERE run_id = '" + aliased + "'");
    }

    @Test
    void shouldForgetNothingUnlessItIsToldHowLongRunsAreKept() {
        String old = ended("first");
        execute("UPDATE godwit.run SET ended_at = clock_timestamp() - interval '31 years' WHERE id = '" + old + "'");

        await(keeper.forget());

        assertThat(run(old).state()).isEqualTo(RunState.COMPLETED);
    }

    private String ended(String migration) {
        String run = start(migration, true, Optional.empty(), List.of(), false);
        patiently().until(() -> run(run).state() == RunState.COMPLETED);
        return run;
    }
}
