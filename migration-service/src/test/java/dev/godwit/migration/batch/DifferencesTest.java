package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a rehearsal calls a difference. */
class DifferencesTest {

    private static final String TABLE = "public.doc";

    private static Outcome outcome(String key, OutcomeKind kind) {
        return Outcome.of(TABLE, key, kind);
    }

    @Test
    void shouldTellWhatCameOtherwiseThanForeseen() {
        List<Outcome> foreseen = List.of(outcome("1", OutcomeKind.MIGRATED));

        assertThat(Differences.ofOutcomes(TABLE, "1", foreseen, foreseen)).isEmpty();
        assertThat(Differences.ofOutcomes(
                        TABLE,
                        "1",
                        foreseen,
                        List.of(outcome("1", OutcomeKind.CONFLICT).because("taken"))))
                .containsExactly("the plan foresees 'migrated', what came is 'conflict (taken)'");
        assertThat(Differences.ofOutcomes(TABLE, "1", foreseen, List.of()))
                .containsExactly("the plan foresees 'migrated', what came is 'nothing'");
    }

    @Test
    void shouldNotMindWhatBecameOfOthersOnTheWay() {
        List<Outcome> done = List.of(outcome("2", OutcomeKind.FAILED), outcome("1", OutcomeKind.MIGRATED));

        assertThat(Differences.ofOutcomes(TABLE, "1", List.of(outcome("1", OutcomeKind.MIGRATED)), done))
                .isEmpty();
    }

    @Test
    void shouldTellWhatAnUndoLeft() {
        List<Outcome> undone = List.of(
                outcome("1", OutcomeKind.REVERTED),
                outcome("2", OutcomeKind.DIVERGED).because("changed_since"));

        assertThat(Differences.ofUndo(undone)).containsExactly("public.doc 2 was not restored: changed_since");
    }
}
