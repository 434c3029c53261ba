package dev.godwit.migration.operation.rekey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.rekey.Decision.Move;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RekeyClassifierTest {

    @Nested
    class OccupiedTargetsT1 {

        @ParameterizedTest
        @EnumSource(OnDuplicate.class)
        void shouldMoveAChainFromItsFreeEndAndMergeNothing(OnDuplicate policy) {
            Decision decision = decide(policy, rows("A B", "B C", "C D"), List.of(), Set.of(), List.of());

            assertThat(decision.merges()).isEmpty();
            assertThat(decision.steps())
                    .containsExactly(
                            List.of(new Move("C", "D")), List.of(new Move("B", "C")), List.of(new Move("A", "B")));
            assertThat(story(decision)).containsExactly("A migrated B", "B migrated C", "C migrated D");
        }

        @ParameterizedTest
        @EnumSource(OnDuplicate.class)
        void shouldParkOneOfTwoThatSwapAndMergeNothing(OnDuplicate policy) {
            Decision decision = decide(policy, rows("A B", "B A"), List.of(), Set.of(), List.of());

            assertThat(decision.merges()).isEmpty();
            assertThat(decision.steps())
                    .containsExactly(
                            List.of(new Move("A", "parked1")),
                            List.of(new Move("B", "A")),
                            List.of(new Move("parked1", "B")));
            assertThat(decision.moves()).containsExactly(new Move("A", "B"), new Move("B", "A"));
            assertThat(story(decision)).containsExactly("A migrated B", "B migrated A");
        }

        @Test
        void shouldTakeAnOccupantBeyondTheSelectionAlongAndTellItsOutcome() {
            Decision decision = decide(OnDuplicate.MERGE, rows("A B"), rows("B C"), Set.of(), List.of());

            assertThat(decision.steps()).containsExactly(List.of(new Move("B", "C")), List.of(new Move("A", "B")));
            assertThat(story(decision)).containsExactly("A migrated B", "B migrated C");
        }

        @Test
        void shouldReportAConflictWhenTheOccupantStaysAndSoForAllWhoWaitForIt() {
            EntityRow outOfScope = new EntityRow("C", Optional.of("X"), false);

            Decision decision = decide(OnDuplicate.MERGE, rows("A B", "B C"), List.of(outOfScope), Set.of(), List.of());

            assertThat(decision.steps()).isEmpty();
            assertThat(story(decision)).containsExactly("A conflict B target_occupied", "B conflict C target_occupied");
        }

        @Test
        void shouldNotTellOutcomesOfNeighboursThatStay() {
            Decision decision = decide(OnDuplicate.MERGE, rows("A B"), rows("B null"), Set.of(), List.of());

            assertThat(story(decision)).containsExactly("A conflict B target_occupied");
        }

        @Test
        void shouldDeferWhoWaitsForARowWhoseOwnTargetIsUnknown() {
            Decision decision = decide(OnDuplicate.MERGE, rows("A B", "Y Z"), rows("B C"), Set.of("B"), List.of());

            assertThat(decision.deferred()).containsExactly("A");
            assertThat(decision.moves()).containsExactly(new Move("Y", "Z"));
            assertThat(story(decision)).containsExactly("Y migrated Z");
        }

        @Test
        void shouldDeferAWholeGroupWhenItsSurvivorMustWait() {
            Decision decision =
                    decide(OnDuplicate.MERGE, rows("A T", "B T"), rows("T U"), Set.of("T"), List.of("A", "B"));

            assertThat(decision.deferred()).containsExactlyInAnyOrder("A", "B");
            assertThat(decision.merges()).isEmpty();
            assertThat(decision.outcomes()).isEmpty();
        }
    }

    @Nested
    class Duplicates {

        @Test
        void shouldMergeIntoTheFirstOfTheRanking() {
            Decision decision =
                    decide(OnDuplicate.MERGE, rows("A T", "B T", "C T"), List.of(), Set.of(), List.of("B", "C", "A"));

            assertThat(decision.moves()).containsExactly(new Move("B", "T"));
            assertThat(decision.merges()).extracting(Decision.Merge::key).containsExactly("C", "A");
            assertThat(story(decision)).containsExactly("A migrated T merged", "B migrated T", "C migrated T merged");
        }

        @Test
        void shouldChooseTheSameSurvivorWhateverTheSelection() {
            List<String> ranking = List.of("B", "A");

            Decision fromA = decide(OnDuplicate.MERGE, rows("A T"), rows("B T"), Set.of(), ranking);
            Decision fromB = decide(OnDuplicate.MERGE, rows("B T"), rows("A T"), Set.of(), ranking);

            assertThat(fromA.moves()).isEqualTo(fromB.moves());
            assertThat(fromA.merges()).isEqualTo(fromB.merges());
            assertThat(story(fromA)).isEqualTo(story(fromB));
        }

        @Test
        void shouldLetALoserGiveItsKeyToTheSurvivor() {
            Decision decision = decide(OnDuplicate.MERGE, rows("T T", "A T"), List.of(), Set.of(), List.of("A", "T"));

            assertThat(decision.merges()).extracting(Decision.Merge::key).containsExactly("T");
            assertThat(decision.moves()).containsExactly(new Move("A", "T"));
            assertThat(story(decision)).containsExactly("A migrated T", "T migrated T merged");
        }

        @ParameterizedTest
        @ValueSource(strings = {"SKIP", "FAIL"})
        void shouldLeaveAllMembersButASettledOneAlone(String policy) {
            Decision decision =
                    decide(OnDuplicate.valueOf(policy), rows("A T", "T T", "B T"), List.of(), Set.of(), List.of());

            String kind = policy.equals("SKIP") ? "skipped" : "conflict";
            assertThat(decision.steps()).isEmpty();
            assertThat(decision.merges()).isEmpty();
            assertThat(story(decision))
                    .containsExactly("A " + kind + " T duplicate", "B " + kind + " T duplicate", "T unchanged");
        }

        @Test
        void shouldNotMergeWhatLiesOutOfScope() {
            EntityRow outside = new EntityRow("B", Optional.of("T"), false);

            Decision decision = decide(OnDuplicate.MERGE, rows("A T"), List.of(outside), Set.of(), List.of());

            assertThat(decision.merges()).isEmpty();
            assertThat(story(decision)).containsExactly("A migrated T");
        }
    }

    @Test
    void shouldSkipWhatHasNoNewKeyAndLeaveWhatIsRight() {
        Decision decision = decide(OnDuplicate.MERGE, rows("A null", "B B"), List.of(), Set.of(), List.of());

        assertThat(decision.steps()).isEmpty();
        assertThat(story(decision)).containsExactly("A skipped null_key", "B unchanged");
    }

    /** Carries decisions out on a map, with the rule of a primary key: nobody moves to a key that somebody has. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldOrderStepsSoThatNoKeyIsTakenTwice(int seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<EntityRow> all = randomRows(random);
            Collections.shuffle(all, random);
            List<String> ranking = all.stream().map(EntityRow::key).toList();
            int cut = random.nextInt(all.size()) + 1;

            Decision decision =
                    decide(OnDuplicate.MERGE, all.subList(0, cut), all.subList(cut, all.size()), Set.of(), ranking);

            Map<String, String> keyOf = new HashMap<>();
            all.forEach(row -> keyOf.put(row.key(), row.key()));
            decision.merges().forEach(merge -> keyOf.values().remove(merge.key()));
            decision.steps().forEach(step -> carryOut(step, keyOf));
            decision.moves().forEach(move -> assertThat(keyOf).containsEntry(move.from(), move.to()));
            assertThat(new HashSet<>(keyOf.values()))
                    .hasSameSizeAs(keyOf.values())
                    .noneMatch(k -> k.startsWith("parked"));
            assertThat(decision.outcomes()).extracting(Outcome::key).doesNotHaveDuplicates();
        }
    }

    private static void carryOut(List<Move> step, Map<String, String> keyOf) {
        Map<String, String> before = new HashMap<>();
        keyOf.forEach((row, key) -> before.put(key, row));
        step.forEach(move -> {
            assertThat(before).containsKey(move.from()).doesNotContainKey(move.to());
            keyOf.put(before.get(move.from()), move.to());
        });
    }

    private static List<EntityRow> randomRows(Random random) {
        List<EntityRow> rows = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Optional<String> to = random.nextInt(8) == 0 ? Optional.empty() : Optional.of("k" + random.nextInt(10));
            rows.add(new EntityRow("k" + i, to, random.nextInt(8) != 0));
        }
        return rows;
    }

    private static Decision decide(
            OnDuplicate policy,
            List<EntityRow> selection,
            List<EntityRow> neighbours,
            Set<String> unresolved,
            List<String> ranking) {
        AtomicInteger parked = new AtomicInteger();
        return new RekeyClassifier(
                        "t",
                        policy,
                        () -> "parked" + parked.incrementAndGet(),
                        selection,
                        neighbours,
                        unresolved,
                        ranking,
                        Map.of())
                .decide();
    }

    private static List<EntityRow> rows(String... texts) {
        List<EntityRow> rows = new ArrayList<>();
        for (String text : texts) {
            String to = text.substring(2);
            rows.add(new EntityRow(text.substring(0, 1), to.equals("null") ? Optional.empty() : Optional.of(to), true));
        }
        return rows;
    }

    private static List<String> story(Decision decision) {
        return decision.outcomes().stream()
                .map(o -> (o.key() + " " + o.kind().wireName() + " "
                                + o.newKey().orElse("") + " " + o.reason().orElse(""))
                        .replaceAll(" +", " ")
                        .strip())
                .sorted()
                .toList();
    }
}
