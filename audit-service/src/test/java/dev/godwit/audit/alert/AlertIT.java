package dev.godwit.audit.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.Neighbours;
import dev.godwit.audit.testing.TestEvent;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AlertIT extends AuditIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOO_MANY = 500;

    @Test
    void shouldTellWhatHappensToARunAndWhatIsWrongWithIt() {
        // When
        wire.publish(now(run.state(1, "planning", null)));
        TestEvent sick = now(run.progress(2, "backfilling", 40));
        ((ObjectNode) sick.data().get("counts")).put("failed", TOO_MANY);
        ((ObjectNode) sick.data().get("progress"))
                .put("tailLagMillis", Duration.ofHours(1).toMillis());
        wire.publish(sick);

        // Then: once each, and the second time that they are tried
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(told())
                .contains(
                        "dev.godwit.run.started planning",
                        "dev.godwit.alert.raised quarantine",
                        "dev.godwit.alert.raised tail-lag"));

        // When
        TestEvent end = now(run.end(3, "completed"));
        wire.publish(end);

        // Then
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(told())
                .containsExactlyInAnyOrder(
                        "dev.godwit.run.started planning",
                        "dev.godwit.alert.raised quarantine",
                        "dev.godwit.alert.raised tail-lag",
                        "dev.godwit.run.ended completed",
                        "dev.godwit.alert.cleared quarantine",
                        "dev.godwit.alert.cleared tail-lag"));
        assertThat(mine()).allSatisfy(asked -> {
            String seconds = asked.signature().replaceFirst("^t=([0-9]+),v1=.*$", "$1");
            assertThat(asked.signature())
                    .endsWith("v1=" + Webhook.signature(Neighbours.SECRET, Long.parseLong(seconds), asked.body()));
        });
    }

    @Test
    void shouldTellOfARunThatHasNotFollowedForLong() {
        // When
        wire.publish(at(Duration.ofMinutes(20), run.state(1, "planning", null)));
        wire.publish(at(Duration.ofMinutes(15), run.state(2, "following", "planning")));
        wire.publish(at(Duration.ofMinutes(10), following(3, "disk")));
        wire.publish(at(Duration.ZERO, following(4, "disk")));

        // Then
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(told()).contains("dev.godwit.alert.raised run-held"));
        assertThat(mine()).anySatisfy(asked -> assertThat(asked.body()).contains("s: disk"));

        // When
        wire.publish(at(Duration.ZERO, following(5, null)));

        // Then
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(told()).contains("dev.godwit.alert.cleared run-held"));
        wire.publish(at(Duration.ZERO, run.end(6, "completed")));
    }

    private TestEvent following(long version, String heldBy) {
        TestEvent event = run.progress(version, "following", 40);
        ((ObjectNode) event.data().get("throttle")).put("reason", heldBy);
        return event;
    }

    private static TestEvent now(TestEvent event) {
        return at(Duration.ZERO, event);
    }

    private static TestEvent at(Duration ago, TestEvent event) {
        event.data().put("at", Instant.now().minus(ago).toString());
        return event;
    }

    /** Notices about this test's run that were taken, by type and kind; the receiver takes them the second time. */
    private List<String> told() {
        return mine().stream()
                .map(Neighbours.Asked::body)
                .collect(Collectors.groupingBy(body -> body, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(tries -> tries.getValue() > 1)
                .map(Map.Entry::getKey)
                .map(AlertIT::read)
                .map(body ->
                        body.path("type").asText() + " " + body.path("kind").asText())
                .toList();
    }

    private List<Neighbours.Asked> mine() {
        return asked(Neighbours.WEBHOOK).stream()
                .filter(asked -> asked.body().contains("\"" + id + "\""))
                .toList();
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new AssertionError(body, e);
        }
    }
}
