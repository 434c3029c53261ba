package dev.godwit.migration.operation.rekey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference.Form;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTextTest {

    private static final Map<String, String> MAP = Map.of("old", "new", "alt", "neu", "1", "2", "o\"ld", "n\"e\\w");

    @Test
    void shouldReplaceAWholeColumn() {
        ReferenceText text = text(Form.COLUMN, null, null);

        assertThat(text.keys("old")).containsExactly("old");
        assertThat(text.replace("old", MAP)).isEqualTo("new");
        assertThat(text.replace("older", MAP)).isEqualTo("older");
        assertThat(text.keys(null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "$.a | {\"a\":\"old\"} | {\"a\":\"new\"}",
                "$.a | `  { \"b\" : 1 ,\t\"a\" :  \"old\"  }  ` | `  { \"b\" : 1 ,\t\"a\" :  \"new\"  }  `",
                "$.a | {\"a\":\"old\",\"a\":\"old\"} | {\"a\":\"new\",\"a\":\"new\"}",
                "$.a | {\"b\":\"old\",\"a\":\"older\"} | {\"b\":\"old\",\"a\":\"older\"}",
                "$.a.b[*] | {\"a\":{\"b\":[\"old\",\"x\",\"alt\"]}} | {\"a\":{\"b\":[\"new\",\"x\",\"neu\"]}}",
                "$.a | {\"z\":\"ü✓🔑\",\"a\":\"old\",\"y\":\"🔑\"} | {\"z\":\"ü✓🔑\",\"a\":\"new\",\"y\":\"🔑\"}",
                "$.a | {\"a\":\"\\u006fld\"} | {\"a\":\"new\"}",
                "$.a | {\"a\":\"o\\\"ld\"} | {\"a\":\"n\\\"e\\\\w\"}",
                "$.a | {\"x\":\"tab\\t\\/\",\"a\":\"old\"} | {\"x\":\"tab\\t\\/\",\"a\":\"new\"}",
                "$.a | {\"a\":1,\"b\":1.0,\"c\":1e0} | {\"a\":2,\"b\":1.0,\"c\":1e0}",
                "$.a | {\"a\":null} | {\"a\":null}",
                "$.** | [\"old\",{\"old\":[\"alt\"]}] | [\"new\",{\"old\":[\"neu\"]}]",
                "$ | \"old\" | \"new\"",
                "$.a | {\"a\":\"old\" | {\"a\":\"old\"",
                "$.a | not json | not json"
            })
    void shouldSpliceJsonByteByByte(String path, String before, String after) {
        assertThat(text(Form.JSON, path, null).replace(before, MAP)).isEqualTo(after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"old\"} x", "{\"a\":\"old\"}, {\"a\":"})
    void shouldLeaveTextAloneThatIsJsonOnlyInPart(String value) {
        assertThat(text(Form.JSON, "$.a", null).replace(value, MAP)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docs/{key}/ | docs/old/page | docs/new/page",
                "docs/{key}/ | docs/old/docs/alt/ | docs/new/docs/neu/",
                "a/{key} | a/old | a/new",
                "a/{key} | a/older | a/older",
                "u/*/d/{key} | u/7/d/old and u//d/alt | u/7/d/new and u//d/neu",
                "u/*/d/{key} | u/7/8/d/old | u/7/8/d/old",
                "x.{key} | xaold x.old | xaold x.new",
                "/{key}/ | /old/alt/ | /new/neu/"
            })
    void shouldReplaceKeysInPatterns(String pattern, String before, String after) {
        assertThat(text(Form.PATTERN, null, pattern).replace(before, MAP)).isEqualTo(after);
    }

    @Test
    void shouldFindEveryKeyInOrderDoublesIncluded() {
        assertThat(text(Form.JSON, "$.**", null).keys("[\"b\",\"a\",\"b\",3]")).containsExactly("b", "a", "b", "3");
        assertThat(text(Form.ARRAY, null, null).keys("[\"b\",null,\"a\"]")).containsExactly("b", "a");
    }

    @Test
    void shouldSwapTwoKeysOfOneTextAtOnceT13() {
        Map<String, String> swap = Map.of("a", "b", "b", "a");

        assertThat(text(Form.JSON, "$[*]", null).replace("[\"a\",\"b\"]", swap)).isEqualTo("[\"b\",\"a\"]");
    }

    @Test
    void shouldTakeAUuidInCapitalsForTheSame() {
        String key = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
        Map<String, String> map = Map.of(key, "0");
        String capitals = "doc/" + key.toUpperCase(Locale.ROOT);

        ReferenceText uuid = text(Form.PATTERN, null, "doc/{key}", "uuid");
        assertThat(uuid.keys(capitals)).containsExactly(key);
        assertThat(uuid.replace(capitals, map)).isEqualTo("doc/0");
        assertThat(uuid.isReversible(capitals, map)).isFalse();
        assertThat(uuid.isReversible("doc/" + key, map)).isTrue();
        assertThat(text(Form.PATTERN, null, "doc/{key}", "text").keys(capitals))
                .containsExactly(key.toUpperCase(Locale.ROOT));
    }

    @Test
    void shouldQuoteAKeyThatTakesTheNumbersPlaceInJson() {
        ReferenceText text = text(Form.JSON, "$[*]", null);
        Map<String, String> map = Map.of("1", "one", "2", "3", "4", "007");

        assertThat(text.replace("[1, 2, \"1\", 4]", map)).isEqualTo("[\"one\", 3, \"one\", \"007\"]");
        assertThat(text.isReversible("[1]", map)).isFalse();
        assertThat(text.isReversible("[2, \"1\"]", map)).isTrue();
    }

    private static ReferenceText text(Form form, String path, String pattern) {
        return text(form, path, pattern, "text");
    }

    private static ReferenceText text(Form form, String path, String pattern, String keyType) {
        SoftReference reference = new SoftReference(
                new TableName("public", "t"),
                "c",
                Optional.ofNullable(path),
                Optional.ofNullable(pattern),
                Optional.empty());
        return ReferenceText.of(
                new FoundReference(reference, form, "text", List.of(), List.of(), List.of(), false),
                KeyType.of(keyType));
    }
}
