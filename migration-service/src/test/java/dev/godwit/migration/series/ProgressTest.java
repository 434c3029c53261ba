package dev.godwit.migration.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.series.Member.State;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {

    private final List<Member> members = new ArrayList<>();

    @Test
    void shouldStartOneAtATimeAndNoneBeforeWhatItNeeds() {
        waits("first");
        waits("left", "first");
        waits("right", "first");
        assertThat(next()).hasValue("first");

        members.set(0, member("first", "completed", null, true));
        assertThat(next()).hasValue("left");

        members.set(1, member("left", "backfilling", null, true, "first"));
        assertThat(next()).isEmpty();
        assertThat(progress().isOver()).isFalse();
    }

    @Test
    void shouldStopWhatDependsOnAFailureAndNothingElse() {
        runs("first", "completed");
        runs("left", "failed", "first");
        waits("after-left", "left");
        waits("merge", "after-left", "first");
        waits("right", "first");

        assertThat(states()).containsExactly(State.DONE, State.FAILED, State.BLOCKED, State.BLOCKED, State.WAITING);
        assertThat(next()).hasValue("right");
        assertThat(progress().isOver()).isFalse();

        members.set(4, member("right", "completed", null, true, "first"));
        assertThat(progress().isOver()).isTrue();
        assertThat(progress().isWell()).isFalse();
    }

    @Test
    void shouldGoOnWithWhatWaitedForARunThatWasResumed() {
        runs("left", "failed");
        waits("after-left", "left");
        assertThat(next()).isEmpty();

        members.set(0, member("left", "completed", null, true));

        assertThat(next()).hasValue("after-left");
    }

    @ParameterizedTest
    @CsvSource({
        "planning, RUNNING",
        "paused, RUNNING",
        "cancelling, RUNNING",
        "verifying, RUNNING",
        "planned, DONE",
        "completed, DONE",
        "failed, FAILED",
        "cancelled, CANCELLED",
        "rolling-back, CANCELLED",
        "rolled-back, CANCELLED"
    })
    void shouldTellAMemberByItsRun(String runState, State state) {
        runs("first", runState);

        assertThat(states()).containsExactly(state);
    }

    @Test
    void shouldTakeWhatSomebodyElseAppliedForDone() {
        members.add(member("first", null, "already_applied", true));
        waits("left", "first");

        assertThat(next()).hasValue("left");
    }

    @Test
    void shouldBlockNothingInAPlanAndSayWhatCannotBeForeseen() {
        members.add(member("first", null, "unknown_table", true));
        members.add(member("left", null, "unknown_column", true, "first"));
        waits("right", "left");
        Progress plan = new Progress(false, members);

        assertThat(members.stream().map(plan::state)).containsExactly(State.REFUSED, State.UNFORESEEN, State.WAITING);
        assertThat(plan.next().map(Member::migration)).hasValue("right");
    }

    @Test
    void shouldLeaveAMemberAloneUntilItIsDue() {
        members.add(member("first", null, null, false));
        waits("second");

        assertThat(next()).hasValue("second");
    }

    private void waits(String migration, String... needs) {
        members.add(member(migration, null, null, true, needs));
    }

    private void runs(String migration, String state, String... needs) {
        members.add(member(migration, state, null, true, needs));
    }

    private static Member member(String migration, String runState, String code, boolean due, String... needs) {
        return new Member(
                migration,
                List.of(needs),
                Optional.ofNullable(runState).map(state -> "r-" + migration),
                Optional.ofNullable(runState),
                Optional.ofNullable(code),
                Optional.empty(),
                due,
                new JsonObject());
    }

    private Progress progress() {
        return new Progress(true, members);
    }

    private List<State> states() {
        return members.stream().map(progress()::state).toList();
    }

    private Optional<String> next() {
        return progress().next().map(Member::migration);
    }
}
