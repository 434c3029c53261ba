package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.flight.EventClient.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another service drives Godwit over Kafka alone. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestLaneIT {
    private static final String MIGRATION = "lane-items";
    private static final String ABSENT = "00000000-0000-4000-8000-000000000000";
    private static final int REQUESTED = 999;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LiveStack stack;
    private final EventClient client;

    RequestLaneIT(LiveStack stack) {
        this.stack = stack;
        this.client = new EventClient(stack.stack().describe().kafka().bootstrapServers());
    }

    @BeforeAll
    void load() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS lane CASCADE;
                CREATE SCHEMA lane;
                CREATE TABLE lane.items (id uuid PRIMARY KEY, name text NOT NULL);
                INSERT INTO lane.items SELECT gen_random_uuid(), 'old ' || i FROM generate_series(1, 50) AS i
                """);
        stack.define(MIGRATION, """
                migration: lane-items
                rekey:
                  table: lane.items
                  key: id
                  to: uuid5(namespace('items'), name)
                """);
    }

    @AfterAll
    void drop() throws SQLException {
        client.close();
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS lane CASCADE");
    }

    @Test
    void shouldMigrateOnRequestOnceAndAnswerWithTheCommandsId() throws SQLException {
        String start = client.command(
                "dev.godwit.run.start",
                MIGRATION,
                Map.of("migration", MIGRATION, "mode", "commit", "follow", true, "requestedBy", "other-service"));
        String run = awaitState(start, "following").path("run").asText();

        String request = requestWhileTheTailIsSilent();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(answers(run, request)).hasSize(REQUESTED + 1));
        Map<String, JsonNode> answers = answers(run, request);
        assertThat(answers.remove(ABSENT).path("reason").asText()).isEqualTo("not_found");
        assertThat(answers.values()).allSatisfy(answer -> {
            assertThat(answer.path("outcome").asText()).isEqualTo("migrated");
            assertThat(answer.path("newKey").asText()).isNotEmpty();
        });
        client.command("dev.godwit.run.complete", MIGRATION, Map.of("run", run, "requestedBy", "other-service"));
        JsonNode completed = awaitState(start, "completed");
        assertThat(completed.path("counts").path("migrated").asInt()).isEqualTo(50 + REQUESTED);
        assertThat(migratedKeys(run)).doesNotHaveDuplicates().hasSize(50 + REQUESTED);
        idsMustBePublished(answers);
    }

    @Test
    void shouldPutAsideWhatIsNoCommandAndGoOn() {
        byte[] noise = "no command at all".getBytes(StandardCharsets.UTF_8);
        client.noise(MIGRATION, noise);
        String unknownType = client.command("dev.godwit.run.fly", MIGRATION, Map.of("migration", MIGRATION));
        String malformed = client.command(
                UUID.randomUUID().toString(),
                "dev.godwit.run.start",
                MIGRATION,
                "{\"migration\": ".getBytes(StandardCharsets.UTF_8));
        String surplus = client.command(
                "dev.godwit.run.start", MIGRATION, Map.of("migration", MIGRATION, "sql", "DROP TABLE lane.items"));
        String unknown = client.command("dev.godwit.run.start", MIGRATION, Map.of("migration", "no-such-migration"));
        String idle = client.command("dev.godwit.run.pause", MIGRATION, Map.of("run", "r-none"));
        String valid =
                client.command("dev.godwit.run.start", MIGRATION, Map.of("migration", MIGRATION, "mode", "plan"));

        awaitState(valid, "planned");

        assertThat(rejection(unknownType).path("code").asText()).isEqualTo("unknown_type");
        assertThat(rejection(malformed).path("code").asText()).isEqualTo("bad_json");
        assertThat(rejection(surplus).path("message").asText()).contains("sql");
        assertThat(rejection(unknown).path("code").asText()).isEqualTo("unknown_migration");
        assertThat(rejection(idle).path("code").asText()).isEqualTo("unknown_run");
        List<Event> buried = client.read("godwit.dead-letters", event -> event.header("dead-letter-topic")
                .equals("godwit.commands"));
        assertThat(buried).extracting(Event::id).contains(unknownType, malformed, surplus);
        assertThat(buried).extracting(Event::id).doesNotContain(unknown, idle, valid);
        assertThat(buried)
                .filteredOn(event -> Arrays.equals(event.message().value(), noise))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.header("dead-letter-reason")).isNotEmpty();
                    assertThat(event.header("dead-letter-partition")).isNotEmpty();
                    assertThat(event.header("dead-letter-offset")).isNotEmpty();
                });
    }

    /** New rows that capture cannot have told of: only the request can migrate them. */
    private String requestWhileTheTailIsSilent() throws SQLException {
        stack.stack().signalProcess("connect", "STOP");
        try {
            stack.execute("INSERT INTO lane.items SELECT gen_random_uuid(), 'new ' || i FROM generate_series(1, "
                    + REQUESTED + ") AS i");
            List<String> keys = new ArrayList<>(stack.query("SELECT id FROM lane.items WHERE name LIKE 'new %'"));
            keys.add(ABSENT);
            String id = client.command(
                    "dev.godwit.entities.migrate", MIGRATION, Map.of("migration", MIGRATION, "keys", keys));
            client.command(id, "dev.godwit.entities.migrate", MIGRATION, Map.of("migration", MIGRATION, "keys", keys));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(stack.query("SELECT id FROM lane.items"))
                    .doesNotContainAnyElementsOf(keys));
            return id;
        } finally {
            stack.stack().signalProcess("connect", "CONT");
        }
    }

    /** Outcomes that carry the command's id, by key; each key may be answered once only. */
    private Map<String, JsonNode> answers(String run, String command) {
        Map<String, JsonNode> answers = new HashMap<>();
        for (Event event : outcomes(run)) {
            if (event.data().path("commandId").asText().equals(command)) {
                assertThat(event.data().path("lane").asText()).isEqualTo("request");
                event.data().path("outcomes").forEach(outcome -> assertThat(
                                answers.put(outcome.path("key").asText(), outcome))
                        .isNull());
            }
        }
        return answers;
    }

    private List<String> migratedKeys(String run) {
        List<String> keys = new ArrayList<>();
        outcomes(run).forEach(event -> event.data().path("outcomes").forEach(outcome -> {
            if (outcome.path("outcome").asText().equals("migrated")) {
                keys.add(outcome.path("key").asText());
            }
        }));
        return keys;
    }

    /** Each event once, though it may have been delivered twice. */
    private List<Event> outcomes(String run) {
        Map<String, Event> events = new HashMap<>();
        client.read("godwit.outcomes", event -> event.key().equals(run))
                .forEach(event -> events.put(event.id(), event));
        return List.copyOf(events.values());
    }

    private void idsMustBePublished(Map<String, JsonNode> answers) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<String, String> ids = new HashMap<>();
            for (Event event : client.read(
                    "godwit.ids", event -> event.data().path("table").asText().equals("lane.items"))) {
                JsonNode key = EventClient.JSON.readTree(event.key());
                ids.put(key.path("key").asText(), event.data().path("newKey").asText());
            }
            assertThat(ids).hasSize(50 + REQUESTED);
            answers.forEach((key, answer) ->
                    assertThat(ids).containsEntry(key, answer.path("newKey").asText()));
        });
    }

    private JsonNode awaitState(String command, String state) {
        return await().atMost(PATIENCE)
                .until(
                        () -> client.read(
                                "godwit.runs",
                                event -> event.type().equals("dev.godwit.run.state-changed")
                                        && event.data()
                                                .path("commandId")
                                                .asText()
                                                .equals(command)
                                        && event.data().path("state").asText().equals(state)),
                        events -> !events.isEmpty())
                .get(0)
                .data();
    }

    private JsonNode rejection(String command) {
        return await().atMost(PATIENCE)
                .until(
                        () -> client.read(
                                "godwit.runs",
                                event -> event.type().equals("dev.godwit.command.rejected")
                                        && event.data()
                                                .path("commandId")
                                                .asText()
                                                .equals(command)),
                        events -> !events.isEmpty())
                .get(0)
                .data();
    }
}
