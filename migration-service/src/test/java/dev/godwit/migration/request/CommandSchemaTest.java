package dev.godwit.migration.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.testing.Schemas;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema of a command and its reader agree on what may be said. */
class CommandSchemaTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'migration':'m'}",
                "{'migration':'m','mode':'commit','maxRate':1}",
                "{'migration':'m','mode':'commit','maxRate':2147483647,'limit':1}",
                "{'migration':'m','mode':null,'maxRate':null,'limit':null,'only':null,'plan':null,'follow':null,'reason':null}",
                "{'migration':'m','only':['a']}",
                "{'migration':'m','pace':'gentle','onlyBetween':'22:00-06:00 Europe/Berlin'}",
                "{'migration':'m','pace':null,'onlyBetween':null}",
                "{'migration':'m','reason':''}"
            })
    void shouldBothAccept(String start) {
        assertThat(violations(start)).isEmpty();
        assertThat(isRead(start)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'mode':'commit'}",
                "{'migration':' '}",
                "{'migration':'m','mode':'maybe'}",
                "{'migration':'m','maxRate':0.5}",
                "{'migration':'m','maxRate':0}",
                "{'migration':'m','maxRate':2147483648}",
                "{'migration':'m','limit':0}",
                "{'migration':'m','pace':'fast'}",
                "{'migration':'m','onlyBetween':'22:00-06:00'}",
                "{'migration':'m','only':[]}",
                "{'migration':'m','only':[1]}",
                "{'migration':'m','follow':'yes'}",
                "{'migration':'m','sql':'DROP TABLE documents'}"
            })
    void shouldBothRefuse(String start) {
        assertThat(violations(start)).isNotEmpty();
        assertThat(isRead(start)).isFalse();
    }

    @ParameterizedTest
    @MethodSource
    void shouldAgreeOnSizes(String start, boolean accepted) {
        assertThat(violations(start).isEmpty()).isEqualTo(accepted);
        assertThat(isRead(start)).isEqualTo(accepted);
    }

    static Stream<Arguments> shouldAgreeOnSizes() {
        return Stream.of(
                arguments(keys(1000), true),
                arguments(keys(1001), false),
                arguments("{'migration':'m','only':['" + "k".repeat(4000) + "']}", true),
                arguments("{'migration':'m','only':['" + "k".repeat(4001) + "']}", false),
                arguments("{'migration':'" + "m".repeat(200) + "'}", true),
                arguments("{'migration':'" + "m".repeat(201) + "'}", false));
    }

    private static String keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'" + i + "'")
                .collect(Collectors.joining(",", "{'migration':'m','only':[", "]}"));
    }

    private static Set<String> violations(String start) {
        return Schemas.violations("command-run-start", start.replace('\'', '"'));
    }

    private static boolean isRead(String start) {
        try {
            StrictObject data = StrictObject.parse(start.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
            return !CommandReader.start(data, "id", Requester.claimed("/client"))
                    .migration()
                    .isEmpty();
        } catch (Refusal refused) {
            return false;
        }
    }
}
