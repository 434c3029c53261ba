package dev.godwit.migration.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.graph.Needs.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NeedsTest {

    private static final List<Definition> DIAMOND = List.of(
            definition("late", "right", "left"),
            definition("aside", "first"),
            definition("right", "first"),
            definition("left", "first"),
            definition("first"));

    @Test
    void shouldPutEverythingAfterWhatItNeeds() {
        assertThat(needs(Set.of(), "late"))
                .containsExactly("first []", "left [first]", "right [first]", "late [left, right]");
    }

    @Test
    void shouldLeaveOutWhatIsAppliedAndWhateverLiesBehindIt() {
        assertThat(needs(Set.of("left", "first"), "late")).containsExactly("right []", "late [right]");
        assertThat(needs(Set.of("left", "right"), "late")).containsExactly("late []");
        assertThat(needs(Set.of("late"), "late")).isEmpty();
    }

    @Test
    void shouldTakeSeveralHeadsAndNoOtherThanThose() {
        assertThat(needs(Set.of(), "left", "aside")).containsExactly("first []", "aside [first]", "left [first]");
    }

    @Test
    void shouldNameAParentThatIsNotOnDiskAnyMore() {
        List<Step> steps = Needs.of(List.of(definition("child", "gone")), name -> false, List.of("child"));

        assertThat(steps).containsExactly(new Step("gone", List.of()), new Step("child", List.of("gone")));
    }

    @Test
    void shouldNotGoRoundInACircle() {
        List<Definition> circle = List.of(definition("a", "c"), definition("b", "a"), definition("c", "b"));

        assertThatThrownBy(() -> Needs.of(circle, name -> false, List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("these come before themselves: a, b, c");
    }

    private static List<String> needs(Set<String> applied, String... wanted) {
        return Needs.of(DIAMOND, applied::contains, List.of(wanted)).stream()
                .map(step -> step.migration() + " " + step.needs())
                .toList();
    }

    /** As it was read; a directory would refuse some of these graphs, but a file that went bad keeps its last good definition. */
    private static Definition definition(String name, String... parents) {
        Definition alone = DefinitionDirectory.accepted(
                "migration: " + name + "\nrekey: {table: t, key: id, to: id + 1}\n", Path.of(name + ".yaml"), Map.of());
        return new Definition(
                alone.migration(),
                alone.description(),
                Stream.of(parents).toList(),
                alone.operation(),
                alone.verify(),
                alone.health(),
                alone.limits(),
                alone.inventory(),
                alone.require(),
                alone.session(),
                alone.summary(),
                alone.hash(),
                alone.file(),
                alone.text());
    }
}
