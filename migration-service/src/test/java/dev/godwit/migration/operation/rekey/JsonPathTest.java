package dev.godwit.migration.operation.rekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$ | ''",
                "$.a | a",
                "$.a.b | a b",
                "$.\"x y\".b | x_y b",
                "$[2] | [2]",
                "$[*] | [7]",
                "$.a[*].id | a [0] id",
                "$.** | ''",
                "$.** | a [0] id",
                "$.**.id | a [0] id",
                "$.**.id | id",
                "$.a.**.id | a b c id",
                "$.a.**.id | a id"
            })
    void shouldMatch(String path, String location) {
        assertThat(JsonPath.parse(path).matches(location(location))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$ | a",
                "$.a | b",
                "$.a | a b",
                "$.a.b | a",
                "$[2] | [3]",
                "$[*] | a",
                "$.a | [0]",
                "$.**.id | a [0] ids",
                "$.a.**.id | b id"
            })
    void shouldNotMatch(String path, String location) {
        assertThat(JsonPath.parse(path).matches(location(location))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "$a", "$.", "$..a", "$[", "$[x]", "$[1", "$.\"a", "$.a b"})
    void shouldRefuseWhatIsNoPath(String path) {
        assertThatThrownBy(() -> JsonPath.parse(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotTakeANameInBracketsForAnIndex() {
        assertThat(JsonPath.parse("$.\"[0]\"").matches(List.of("a"))).isFalse();
    }

    private static List<String> location(String text) {
        return text.isEmpty()
                ? List.of()
                : List.of(text.split(" ")).stream()
                        .map(s -> s.replace('_', ' '))
                        .toList();
    }
}
