package dev.godwit.audit.inbox;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.OtlpReceiver;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What a collector gets of events that are taken in. */
@QuarkusTest
@TestProfile(TracedInboxIT.Collector.class)
class TracedInboxIT extends AuditIT {

    /** The service with a collector beside it. */
    public static class Collector implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(OtlpReceiver.class));
        }
    }

    @ConfigProperty(name = OtlpReceiver.ENDPOINT)
    String collector;

    @Test
    void shouldLinkThePollToTheTracesOfItsEvents() {
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        String first = trace();
        String second = trace();

        publish(chunk.next(List.of(TestChain.migrated("secret-key", "A"))), first, "01");
        publish(chunk.next(List.of(TestChain.migrated("b", "B"))), second, "01");
        wire.publish(run.end(9, "completed", chunk));

        reportMustBecomeComplete(2);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(linked()).contains(first, second));
        assertThat(spans())
                .filteredOn(span -> span.getJsonArray("links").encode().contains(first))
                .singleElement()
                .satisfies(span -> assertThat(span.getString("name")).isEqualTo("process godwit.outcomes"))
                .satisfies(span -> assertThat(span.getString("parent")).isEmpty())
                .satisfies(span -> assertThat(span.getString("trace")).isNotIn(first, second))
                .satisfies(span -> assertThat(span.encode()).doesNotContain("secret-key"));
    }

    @Test
    void shouldMakeNoSpanOfWhatNobodyTraces() {
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        String unsampled = trace();
        String malformed = trace();
        String marker = trace();

        publish(chunk.next(List.of(TestChain.migrated("a", "A"))), unsampled, "00");
        publish(chunk.next(List.of(TestChain.migrated("b", "B"))), malformed, "zz");
        ProducerRecord<byte[], byte[]> empty =
                chunk.next(List.of(TestChain.migrated("c", "C"))).message();
        empty.headers().add("traceparent", null);
        wire.publish(empty);
        wire.publish(run.end(9, "completed", chunk));
        reportMustBecomeComplete(3);
        TestChain another = new TestChain(id, "chunk-2", "commit");
        publish(another.next(List.of(TestChain.migrated("d", "D"))), marker, "01");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(linked()).contains(marker));
        assertThat(linked()).doesNotContain(unsampled, malformed);
    }

    private static String trace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private void publish(TestEvent event, String trace, String flags) {
        ProducerRecord<byte[], byte[]> message = event.message();
        String traceparent = "00-" + trace + "-" + trace.substring(16) + "-" + flags;
        message.headers().add("traceparent", traceparent.getBytes(StandardCharsets.US_ASCII));
        wire.publish(message);
    }

    private Set<String> linked() {
        return spans().stream()
                .flatMap(span -> span.getJsonArray("links").stream())
                .map(link -> ((JsonObject) link).getString("trace"))
                .collect(Collectors.toSet());
    }

    private List<JsonObject> spans() {
        return new JsonArray(given().get(collector + OtlpReceiver.SPANS).asString())
                .stream().map(JsonObject.class::cast).toList();
    }
}
