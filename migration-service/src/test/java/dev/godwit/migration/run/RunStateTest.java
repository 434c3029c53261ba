package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunStateTest {

    /** The table once more, in the words of the wire: whoever changes one must change the other on purpose. */
    private static final Map<String, List<String>> LEGAL = Map.ofEntries(
            Map.entry("planning", List.of("planned", "backfilling", "failed", "cancelling")),
            Map.entry("planned", List.of()),
            Map.entry("backfilling", List.of("following", "paused", "failed", "cancelling")),
            Map.entry("following", List.of("verifying", "backfilling", "paused", "failed", "cancelling")),
            Map.entry("verifying", List.of("completed", "following", "paused", "failed", "cancelling")),
            Map.entry("paused", List.of("backfilling", "following", "verifying", "rolling-back", "cancelling")),
            Map.entry(
                    "failed",
                    List.of("planning", "backfilling", "following", "verifying", "rolling-back", "cancelling")),
            Map.entry("cancelling", List.of("cancelled", "failed")),
            Map.entry("cancelled", List.of("rolling-back")),
            Map.entry("completed", List.of("rolling-back")),
            Map.entry("rolling-back", List.of("rolled-back", "paused", "failed")),
            Map.entry("rolled-back", List.of()));

    static Stream<Arguments> pairs() {
        return Arrays.stream(RunState.values())
                .flatMap(from -> Arrays.stream(RunState.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void shouldAllowExactlyTheLegalTransitions(RunState from, RunState to) {
        assertThat(from.mayBecome(to)).isEqualTo(LEGAL.get(from.wireName()).contains(to.wireName()));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void shouldRefuseAnIllegalTransitionBeforeTheDatabaseIsAsked(RunState from, RunState to) {
        if (from.mayBecome(to)) {
            return;
        }
        assertThatThrownBy(() -> new Runs(null, null).transition(null, from, to, java.util.Optional.empty(), c -> null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(from.name())
                .hasMessageContaining(to.name());
    }

    /** Whatever else somebody may do to a run is possible in any database. */
    @Test
    void shouldKnowWhereARunComesFurther() {
        assertThat(pairs().filter(pair -> advances(pair.get())))
                .extracting(pair -> pair.get()[0] + " " + pair.get()[1])
                .containsExactlyInAnyOrder(
                        "PLANNING PLANNED",
                        "PLANNING BACKFILLING",
                        "BACKFILLING FOLLOWING",
                        "FOLLOWING VERIFYING",
                        "FOLLOWING BACKFILLING",
                        "VERIFYING COMPLETED",
                        "VERIFYING FOLLOWING",
                        "CANCELLING CANCELLED",
                        "ROLLING_BACK ROLLED_BACK");
    }

    private static boolean advances(Object[] pair) {
        RunState from = (RunState) pair[0];
        RunState to = (RunState) pair[1];
        return from.mayBecome(to) && from.advancesTo(to);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadItsOwnWireName(RunState state) {
        assertThat(RunState.ofWireName(state.wireName())).isEqualTo(state);
        assertThat(state.wireName()).matches("[a-z]+(-[a-z]+)?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rolling_back", "PAUSED", "", "done"})
    void shouldRefuseNamesThatNoStateHas(String name) {
        assertThatThrownBy(() -> RunState.ofWireName(name)).hasMessageContaining("'" + name + "'");
    }

    @Test
    void shouldHaveAWayOutOfEveryStateThatIsNotTerminal() {
        assertThat(RunState.values())
                .filteredOn(state -> !state.isTerminal())
                .allMatch(state -> Arrays.stream(RunState.values()).anyMatch(state::mayBecome));
    }

    @Test
    void shouldWatchChangesWhereverBatchesMayCommitAgain() {
        assertThat(RunState.values())
                .filteredOn(RunState::watchesChanges)
                .extracting(RunState::wireName)
                .containsExactly("backfilling", "following", "verifying", "paused", "failed");
        assertThat(RunState.values())
                .filteredOn(RunState::acceptsBatches)
                .extracting(RunState::wireName)
                .containsExactly("backfilling", "following", "verifying");
    }
}
