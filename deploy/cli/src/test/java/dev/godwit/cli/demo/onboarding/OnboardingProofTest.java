package dev.godwit.cli.demo.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Proof.Moment;
import dev.godwit.cli.demo.onboarding.StateRows.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proof is worth what it finds: each claim falls when what it claims is not so. */
class OnboardingProofTest {

    private static final UUID ROW = new UUID(1, 1);
    private static final State OLD = State.first(false).advanced(1);
    private static final State NEW = OLD.inNineSteps();
    private static final List<String> FORMER =
            List.of("ck_current_step CHECK (((current_step >= 0) AND (current_step <= 11)))");
    private static final List<String> NARROW =
            List.of("ck_current_step CHECK (((current_step >= 0) AND (current_step <= 9)))");

    private static final List<String> COLUMNS = List.of("id", "current_step");
    private static final List<String> MORE_COLUMNS = List.of("id", "current_step", "agent_history");

    private final StateLedger ledger = new StateLedger();
    private final OnboardingProof proof = new OnboardingProof(ledger);
    private final Map<UUID, Row> before = new HashMap<>();
    private final Map<UUID, Row> there = new HashMap<>();
    private final Map<UUID, Row> back = new HashMap<>();

    @BeforeEach
    void flyOneRow() {
        before.put(ROW, row(OLD, "old"));
        there.put(ROW, row(NEW, "new"));
        back.put(ROW, row(OLD, "old"));
        proof.take(Moment.BEFORE, new StateRows(before, FORMER, COLUMNS, List.of()));
        proof.take(Moment.THERE, new StateRows(there, NARROW, MORE_COLUMNS, List.of()));
        proof.take(Moment.BACK, new StateRows(back, FORMER, COLUMNS, List.of()));
    }

    private static Row row(State state, String sum) {
        State inNine = state.isOld() ? state.inNineSteps() : state;
        StateSums sums = new StateSums(
                (sum + "-----------------").substring(0, 16).replaceAll("[^0-9a-f]", "0"), "0123456789abcdef");
        return new Row(sums, state.step(), state.isMarked(), state.isOld(), StateRows.digest(inNine));
    }

    private List<String> fallen() {
        return java.util.stream.Stream.concat(proof.there(null).stream(), proof.back(null).stream())
                .filter(check -> !check.holds())
                .map(Check::claim)
                .toList();
    }

    @Test
    void shouldHoldWhenTheRowWentThereAndBack() {
        assertThat(fallen()).isEmpty();
        assertThat(proof.tallies()).singleElement().satisfies(tally -> assertThat(tally.identical())
                .isEqualTo(1));
    }

    @Test
    void shouldFallWhenARowMeansSomethingElse() {
        there.put(ROW, row(NEW.advanced(7), "new"));

        assertThat(fallen()).containsExactly("every row means what it meant, or what was saved last");
    }

    @Test
    void shouldFallWhenARowIsLeftInTheOldForm() {
        there.put(ROW, row(OLD, "old"));

        assertThat(fallen()).containsExactly("every row is in nine steps");
    }

    @Test
    void shouldFallWhenASavedDocumentIsOverwritten() {
        State saved = OLD.advanced(2);
        ledger.saved(ROW, saved, row(saved, "saved").sums());

        assertThat(fallen())
                .containsExactly(
                        "every row means what it meant, or what was saved last",
                        "every row is what was written last, to the byte");
    }

    @Test
    void shouldFallWhenARowComesBackOtherwiseThanToTheByte() {
        back.put(ROW, row(OLD, "another"));

        assertThat(fallen()).containsExactly("every row is what was written last, to the byte");
    }

    @Test
    void shouldFallWhenARowIsLostOrADeletedOneComesBack() {
        there.remove(ROW);
        back.remove(ROW);
        assertThat(fallen())
                .containsExactly(
                        "no row is lost, none made up, none came back", "no row is lost, none made up, none came back");

        ledger.deleted(ROW);
        assertThat(fallen()).isEmpty();

        back.put(ROW, row(OLD, "old"));
        assertThat(fallen()).contains("no row is lost, none made up, none came back");
    }

    @Test
    void shouldFallWhenConstraintOrColumnsAreNotWhatTheyShouldBe() {
        proof.take(Moment.THERE, new StateRows(there, FORMER, COLUMNS, List.of("onboarding")));
        proof.take(Moment.BACK, new StateRows(back, NARROW, MORE_COLUMNS, List.of()));

        assertThat(fallen())
                .containsExactly(
                        "the constraint allows nine steps and no more",
                        "functions of the definition are gone with the run",
                        "the column of the schema migration is there",
                        "the former constraint is back",
                        "the columns are those of before");
    }
}
