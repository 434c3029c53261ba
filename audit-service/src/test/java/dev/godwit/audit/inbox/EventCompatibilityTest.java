package dev.godwit.audit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.trail.OutcomeEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Events that earlier versions published stay in topics for as long as those keep them, and newer versions publish before this one is upgraded. A file of fixtures is as its
 * version wrote it: it is never changed, a version that writes something else adds a file.
 */
class EventCompatibilityTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FIXTURES = Path.of("src/test/resources/events");

    static Stream<JsonNode> events() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            List<JsonNode> events = files.sorted()
                    .flatMap(EventCompatibilityTest::lines)
                    .map(EventCompatibilityTest::parse)
                    .toList();
            assertThat(events).extracting(event -> event.path("type").asText()).hasSizeGreaterThanOrEqualTo(6);
            return events.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldReadWhatEarlierVersionsWrote(JsonNode event) {
        mustBeReadInFull(event);
        String schema =
                event.path("type").asText().replaceFirst("^dev\\.godwit\\.", "").replace('.', '-');
        assertThat(ContractTest.violations(schema, (ObjectNode) event.path("data")))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldNotMindWhatLaterVersionsAdd(JsonNode event) {
        addEverywhere(event.path("data"));

        mustBeReadInFull(event);
    }

    /** To every object, those in lists too. */
    private static void addEverywhere(JsonNode node) {
        node.forEach(EventCompatibilityTest::addEverywhere);
        if (node instanceof ObjectNode object) {
            object.putObject("addedLater").putArray("values").add(1).add("two");
        }
    }

    private static void mustBeReadInFull(JsonNode event) {
        TestEvent received = new TestEvent(
                UUID.fromString(event.path("id").asText()),
                event.path("topic").asText(),
                event.path("key").asText(),
                event.path("type").asText(),
                (ObjectNode) event.path("data"));
        switch (received.topic()) {
            case "godwit.outcomes" -> {
                OutcomeEvent outcomes = OutcomeReader.read(ContractTest.received(received));
                assertThat(outcomes.hashHolds()).isTrue();
            }
            case "godwit.health" ->
                assertThat(HealthReader.read(ContractTest.received(received)).measures())
                        .isNotEmpty();
            default ->
                assertThat(RunReader.read(ContractTest.received(received)).toString())
                        .contains("at=" + received.data().path("at").asText());
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
