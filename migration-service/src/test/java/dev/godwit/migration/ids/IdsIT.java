package dev.godwit.migration.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.testing.StubbedRuns;
import dev.godwit.migration.testing.Topics;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StubbedRuns.class)
class IdsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Topics topics;
    private String run;

    @BeforeEach
    void connect() {
        topics = new Topics(bootstrapServers);
        run = "r" + UUID.randomUUID();
    }

    @AfterEach
    void disconnect() {
        topics.close();
    }

    @Test
    void shouldLeadFromOldKeysToNewOnesAndForgetRestoredOnes() {
        outcomes(outcome("migrated", run + "-a", "b"), outcome("migrated", run + "-c", "d"));
        outcomes(outcome("reverted", "d", run + "-c"));
        publish(Outbox.RESENT, outcome("migrated", run + "-c", "d"));
        outcomes(outcome("migrated", run + "-e", "f"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(compacted())
                .containsEntry(run + "-a", Optional.of("b"))
                .containsEntry(run + "-e", Optional.of("f"))
                .containsEntry(run + "-c", Optional.empty()));
    }

    @Test
    void shouldPublishAsCloudEvents() {
        outcomes(outcome("migrated", run + "-a", "b"));

        ConsumerRecord<byte[], byte[]> record = await().atMost(PATIENCE)
                .until(
                        () -> topics.all("godwit.ids").stream()
                                .filter(candidate ->
                                        Topics.text(candidate.key()).contains(run))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        assertThat(Topics.header(record, "ce_type")).isEqualTo("dev.godwit.id.changed");
        assertThat(Topics.header(record, "ce_specversion")).isEqualTo("1.0");
        assertThat(Topics.header(record, "ce_subject")).isEqualTo(run);
        assertThat(Topics.header(record, "content-type")).isEqualTo("application/json");
        assertThat(new JsonObject(Topics.text(record.value())).fieldNames())
                .containsExactlyInAnyOrder("table", "key", "newKey", "run", "migration", "at");
    }

    @Test
    void shouldPublishALargeBatchWholeAndGoOnAfterPoison() {
        topics.send("godwit.outcomes", run, "no outcome " + run, Map.of());
        outcomes(IntStream.range(0, 1000)
                .mapToObj(i -> outcome("migrated", run + "-" + i, "n" + i))
                .toArray(JsonObject[]::new));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(compacted()).hasSize(1000).containsEntry(run + "-999", Optional.of("n999")));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(topics.all("godwit.dead-letters"))
                .anyMatch(record -> ("no outcome " + run).equals(Topics.text(record.value()))
                        && Topics.header(record, "dead-letter-topic").equals("godwit.outcomes")));
    }

    private Map<String, Optional<String>> compacted() {
        Map<String, Optional<String>> latest = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : topics.all("godwit.ids")) {
            String key = new JsonObject(Topics.text(record.key())).getString("key");
            if (key.startsWith(run)) {
                latest.put(key, Optional.ofNullable(Topics.text(record.value())).map(value -> new JsonObject(value)
                        .getString("newKey")));
            }
        }
        return latest;
    }

    private static JsonObject outcome(String kind, String key, String newKey) {
        return new JsonObject()
                .put("table", "public.documents")
                .put("key", key)
                .put("newKey", newKey)
                .put("outcome", kind)
                .put("salt", "s");
    }

    private void outcomes(JsonObject... outcomes) {
        publish("/godwit/migration-service", outcomes);
    }

    private void publish(String source, JsonObject... outcomes) {
        JsonObject event = new JsonObject()
                .put("run", run)
                .put("migration", "m")
                .put("mode", "commit")
                .put("at", "2026-11-21T00:00:00Z")
                .put("outcomes", new JsonArray(java.util.List.of(outcomes)));
        topics.send(
                "godwit.outcomes",
                run,
                event.encode(),
                Map.of("ce_specversion", "1.0", "ce_id", UUID.randomUUID().toString(), "ce_source", source));
    }
}
