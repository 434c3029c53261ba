package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.definition.ReferencePath.AnyDepth;
import dev.godwit.migration.definition.ReferencePath.AnyElement;
import dev.godwit.migration.definition.ReferencePath.Element;
import dev.godwit.migration.definition.ReferencePath.Member;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencePathTest {

    @Test
    void shouldReadEveryKindOfStep() {
        assertThat(ReferencePath.parse("$.a[*].\"b \\\"c\"[12].**.d-e").steps())
                .containsExactly(
                        new Member("a"),
                        new AnyElement(),
                        new Member("b \"c"),
                        new Element(12),
                        new AnyDepth(),
                        new Member("d-e"));
        assertThat(ReferencePath.parse("$").steps()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$", "$.a", "$[*].id", "$.**.id", "$[3][4]", "$.\"a b\".\"\\\\\"", "$.\"größe\""})
    void shouldShowWhatItReads(String text) {
        assertThat(ReferencePath.parse(text)).hasToString(text);
        assertThat(ReferencePath.parse(ReferencePath.parse(text).toString())).isEqualTo(ReferencePath.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                ".a",
                "$a",
                "$.",
                "$.a b",
                "$[",
                "$[x]",
                "$[-1]",
                "$.\"a",
                "$.*",
                "$..a",
                "$[99999999999]"
            })
    void shouldRefuseWhatIsNoPath(String text) {
        assertThatThrownBy(() -> ReferencePath.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKnowWhatStandsAroundAKey() {
        ReferencePattern pattern = ReferencePattern.parse("a/*/{key}?v=*");

        assertThat(pattern.before()).isEqualTo("a/*/");
        assertThat(pattern.behind()).isEqualTo("?v=*");
        assertThatThrownBy(() -> ReferencePattern.parse("a/b")).hasMessageContaining("where the key stands");
        assertThatThrownBy(() -> ReferencePattern.parse("{key}{key}")).hasMessageContaining("more than once");
    }
}
