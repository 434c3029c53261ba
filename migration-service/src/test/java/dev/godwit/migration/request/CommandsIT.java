package dev.godwit.migration.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.testing.StubRuns;
import dev.godwit.migration.testing.StubbedRuns;
import dev.godwit.migration.testing.Topics;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StubbedRuns.class)
class CommandsIT {

    private static final String COMMANDS = "godwit.commands";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Inject
    StubRuns runs;

    @Inject
    Pool pool;

    private Topics topics;

    @BeforeEach
    void connect() {
        topics = new Topics(bootstrapServers);
    }

    @AfterEach
    void disconnect() {
        topics.close();
    }

    @Test
    void shouldDoCommandsInBinaryAndStructuredMode() {
        String first = command("dev.godwit.run.start", "{\"migration\":\"m\",\"mode\":\"commit\"}");
        String second = id();
        topics.send(
                COMMANDS,
                "m",
                "{\"specversion\":\"1.0\",\"id\":\"" + second
                        + "\",\"source\":\"/other\",\"type\":\"dev.godwit.run.pause\",\"data\":{\"run\":\"r1\"}}",
                Map.of("content-type", "application/cloudevents+json"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(runs.asked())
                .contains("start " + first + " m true", "pause r1 " + second + " claimed:/other -"));
    }

    @Test
    void shouldRejectAndRememberWhatARunRefuses() {
        String id = command("dev.godwit.run.pause", "{\"run\":\"unknown\",\"requestedBy\":\"ann\"}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rejections(id)).hasSize(1));
        JsonObject rejection = rejections(id).get(0);
        assertThat(rejection.getString("code")).isEqualTo("unknown_run");
        assertThat(rejection.getString("run")).isEqualTo("unknown");
        assertThat(rejection.getString("migration")).isNull();
        assertThat(rejection.getString("requestedBy")).isEqualTo("claimed:ann");
        assertThat(rejection.fieldNames())
                .containsExactlyInAnyOrder(
                        "commandId", "type", "migration", "run", "code", "message", "requestedBy", "at");
        assertThat(recordedCode(id)).isEqualTo("unknown_run");
    }

    @Test
    void shouldTakeSeriesAndRejectWhatNamesNoMigration() {
        String id = command("dev.godwit.series.start", "{\"migrations\":[\"nobody\"],\"requestedBy\":\"ann\"}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rejections(id))
                .extracting(event -> event.getString("code"))
                .containsExactly("unknown_migration"));
    }

    @Test
    void shouldActOnceOnACommandThatComesTwice() {
        runs.failNext(new Refusal(Refusal.Kind.CONFLICT, "overlapping_run", "another run works on these tables"));
        String id = id();
        send(id, "dev.godwit.run.start", "{\"migration\":\"twice\"}");
        send(id, "dev.godwit.run.start", "{\"migration\":\"twice\"}");
        String after = command("dev.godwit.run.start", "{\"migration\":\"m\"}");

        laneMustReach("start " + after + " m false");
        assertThat(rejections(id)).hasSize(1);
        assertThat(runs.asked()).filteredOn(call -> call.contains(id)).hasSize(1);
    }

    @Test
    void shouldBuryWhatCannotBeReadAndGoOn() {
        String mark = id();
        topics.send(COMMANDS, "m", "not JSON " + mark, Map.of());
        topics.send(COMMANDS, mark, (String) null, Map.of("ce_specversion", "1.0"));
        String unknown = command("dev.godwit.run.explode", "{\"migration\":\"m\"}");
        String bad = command("dev.godwit.run.start", "{\"migration\":\"m\",\"sql\":\"DROP TABLE documents\"}");
        String after = command("dev.godwit.run.start", "{\"migration\":\"m\"}");

        laneMustReach("start " + after + " m false");
        assertThat(deadLetter("not JSON " + mark)).startsWith("bad_json: ");
        assertThat(deadLetters())
                .anyMatch(record -> mark.equals(Topics.text(record.key()))
                        && record.value() == null
                        && Topics.header(record, "dead-letter-reason").startsWith("bad_envelope: "));
        reasonMustBe(unknown, "unknown_type");
        reasonMustBe(bad, "bad_data");
        assertThat(rejections(bad))
                .extracting(event -> event.getString("migration"))
                .containsExactly("m");
        assertThat(recordedCode(bad)).isEqualTo("none");
    }

    @Test
    void shouldWaitWhileTheDatabaseIsAway() {
        runs.failNext(
                new IOException("connection refused"),
                new PgException("terminating connection", "FATAL", "57P01", ""),
                new PgException("could not serialize", "ERROR", "40001", ""));
        String id = command("dev.godwit.run.start", "{\"migration\":\"patient\"}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(runs.asked())
                .filteredOn(call -> call.equals("start " + id + " patient false"))
                .hasSize(4));
        assertThat(deadLetters())
                .noneMatch(record -> Topics.header(record, "ce_id").equals(id));
        assertThat(rejections(id)).isEmpty();
    }

    @Test
    void shouldBuryACommandThatBreaksTheService() {
        runs.failNext(new IllegalStateException("a bug"));
        String id = command("dev.godwit.run.start", "{\"migration\":\"poison\"}");
        String after = command("dev.godwit.run.start", "{\"migration\":\"m\"}");

        laneMustReach("start " + after + " m false");
        await().atMost(PATIENCE).untilAsserted(() -> reasonMustBe(id, "internal_error"));
    }

    // All commands of these tests have one key, so they are in one partition: what is behind has been handled when this
    // is.
    private void laneMustReach(String call) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(runs.asked()).contains(call));
    }

    private void reasonMustBe(String commandId, String code) {
        List<ConsumerRecord<byte[], byte[]>> found = deadLetters().stream()
                .filter(record -> Topics.header(record, "ce_id").equals(commandId))
                .toList();
        assertThat(found).hasSize(1);
        assertThat(Topics.header(found.get(0), "dead-letter-reason")).startsWith(code + ": ");
        assertThat(Topics.header(found.get(0), "dead-letter-topic")).isEqualTo(COMMANDS);
        assertThat(Topics.header(found.get(0), "dead-letter-partition")).matches("\\d+");
        assertThat(Topics.header(found.get(0), "dead-letter-offset")).matches("\\d+");
    }

    private String deadLetter(String value) {
        return deadLetters().stream()
                .filter(record -> value.equals(Topics.text(record.value())))
                .map(record -> Topics.header(record, "dead-letter-reason"))
                .findFirst()
                .orElse("");
    }

    private List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return topics.all("godwit.dead-letters");
    }

    private String command(String type, String data) {
        String id = id();
        send(id, type, data);
        return id;
    }

    private void send(String id, String type, String data) {
        topics.send(
                COMMANDS,
                "m",
                data,
                Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", id,
                        "ce_type", type,
                        "ce_source", "/client",
                        "content-type", "application/json"));
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private List<JsonObject> rejections(String commandId) {
        return StreamSupport.stream(
                        pool.preparedQuery("""
                                SELECT convert_from(payload, 'UTF8') AS payload
                                  FROM godwit.outbox
                                 WHERE topic = 'godwit.runs' AND type = 'dev.godwit.command.rejected'
                                   AND convert_from(payload, 'UTF8')::jsonb ->> 'commandId' = $1
                                """)
                                .execute(Tuple.of(commandId))
                                .await()
                                .atMost(PATIENCE)
                                .spliterator(),
                        false)
                .map(row -> new JsonObject(row.getString("payload")))
                .toList();
    }

    private String recordedCode(String commandId) {
        for (Row row : pool.preparedQuery("SELECT code FROM godwit.command WHERE id = $1")
                .execute(Tuple.of(commandId))
                .await()
                .atMost(PATIENCE)) {
            return row.getString("code");
        }
        return "none";
    }
}
