package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.flight.EventClient.Event;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page about commands: its data is sent, its lines are typed, and a run's counts are made of what the topic tells. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsIT {
    private static final Path DOCS = Home.find().root().resolve("docs");
    private static final Path PAGE = DOCS.resolve("reference/commands.md");
    private static final String MIGRATION = "archive-documents";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern DATA =
            Pattern.compile("<!-- schema command-([a-z-]+) -->\n\n```json\n(.*?)\n```", Pattern.DOTALL);

    /** A comment with the program that it needs, and the lines to be typed. */
    private static final Pattern TYPED = Pattern.compile("<!-- exit 0, where (\\w+) -->\n\n((?: {4}[^\n]*\n)+)");

    private final LiveStack stack;
    private final String broker;

    CommandsIT(LiveStack stack) {
        this.stack = stack;
        this.broker = stack.stack().describe().kafka().bootstrapServers();
    }

    @BeforeAll
    void load() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS archive CASCADE;
                CREATE SCHEMA archive;
                CREATE TABLE archive.documents (id uuid PRIMARY KEY, name text NOT NULL);
                INSERT INTO archive.documents VALUES
                    ('7f1c0f8e-3c39-4a0a-9f39-0c8a3a6f7a11', 'one'), ('9d3f0c55-58a3-4a55-8d0e-2b1f6ac3a922', 'two'),
                    (md5('right')::uuid, 'right')
                """);
        stack.define(MIGRATION, """
                migration: archive-documents
                rekey:
                  table: archive.documents
                  key: id
                  to: md5(name)::uuid
                summary: [name]
                """);
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS archive CASCADE");
    }

    @Test
    void shouldDoWhatThePageShows() throws Exception {
        try (EventClient client = new EventClient(broker)) {
            String start = send(client, "run-start", "");
            String run = answer(client, "godwit.runs", start, said -> isIn(said, "following"))
                    .path("run")
                    .asText();
            // It was right before; now it is not, so that its outcome replaces the one that was told.
            stack.execute("UPDATE archive.documents SET name = 'wrong' WHERE name = 'right'");
            String asked = send(client, "entities-migrate", run);
            answer(
                    client,
                    "godwit.outcomes",
                    asked,
                    said -> said.path("outcomes").size() == 2);
            client.command("dev.godwit.run.start", "no-such", Map.of("migration", "no-such"));
            typeAll(PAGE, run);
            typeAll(DOCS.resolve("how-to/consume-audit-topics.md"), run);
            send(client, "run-complete", run);
            JsonNode last = answer(client, "godwit.runs", start, said -> isIn(said, "completed"));
            await().atMost(PATIENCE).untilAsserted(() -> countsMustBe(last, client, run));
        }
    }

    private static boolean isIn(JsonNode said, String state) {
        return said.path("state").asText().equals(state);
    }

    /** From godwit.outcomes alone: what godwit.runs says, and that nothing is missing. */
    private static void countsMustBe(JsonNode last, EventClient client, String run) {
        RunCounts counts = new RunCounts();
        List<Event> told = client.read("godwit.outcomes", event -> event.key().equals(run));
        assertThat(counts.isComplete(last)).isFalse();
        told.forEach(event -> counts.add(event.data()));
        told.forEach(event -> counts.add(event.data()));

        assertThat(told).anyMatch(event -> event.data().path("outcomes").findValue("replaces") != null);
        assertThat(counts.isComplete(last)).isTrue();
        assertThat(counts.counts()).containsEntry("migrated", 3L).containsEntry("unchanged", 0L);
        counts.counts().forEach((outcome, entities) -> assertThat(entities)
                .isEqualTo(last.path("counts").path(outcome).asLong()));
        groupsMustAddUpTo(counts);
    }

    private static void groupsMustAddUpTo(RunCounts counts) {
        Map<String, Long> sum = new TreeMap<>();
        counts.groups()
                .values()
                .forEach(group -> group.forEach((outcome, entities) -> sum.merge(outcome, entities, Long::sum)));
        sum.forEach((outcome, entities) -> assertThat(counts.counts()).containsEntry(outcome, entities));
        Map<String, Long> wrong =
                counts.groups().get(EventClient.JSON.createArrayNode().add("wrong"));
        Map<String, Long> right =
                counts.groups().get(EventClient.JSON.createArrayNode().add("right"));
        assertThat(wrong).as("what was told last").containsEntry("migrated", 1L);
        assertThat(right).as("what was told before").containsEntry("unchanged", 0L);
    }

    /** Sends the page's data, with the run that there is in place of the one that the page names. */
    private static String send(EventClient client, String command, String run) throws IOException {
        Matcher data = DATA.matcher(Files.readString(PAGE));
        while (data.find()) {
            if (data.group(1).equals(command)) {
                byte[] value =
                        data.group(2).replaceAll("\\br[0-9a-z]{12}\\b", run).getBytes(StandardCharsets.UTF_8);
                String type = "dev.godwit." + command.replace('-', '.');
                return client.command(UUID.randomUUID().toString(), type, MIGRATION, value);
            }
        }
        throw new AssertionError("the page shows no " + command);
    }

    private static JsonNode answer(EventClient client, String topic, String id, Predicate<JsonNode> wanted) {
        Predicate<Event> mine =
                event -> event.data().path("commandId").asText().equals(id) && wanted.test(event.data());
        return await().atMost(PATIENCE)
                .until(() -> client.read(topic, mine), events -> !events.isEmpty())
                .get(0)
                .data();
    }

    private void typeAll(Path page, String run) throws IOException, InterruptedException {
        for (Matcher typed = TYPED.matcher(Files.readString(page)); typed.find(); ) {
            if (shell("command -v " + typed.group(1), run).equals("0")) {
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(shell(typed.group(2), run))
                        .as(typed.group(2))
                        .isEqualTo("0"));
            }
        }
    }

    /** The exit code, behind what was said if it is another than 0. */
    private String shell(String lines, String run) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", lines).redirectErrorStream(true);
        shell.environment()
                .putAll(Map.of(
                        "BROKER",
                        broker,
                        "RUN",
                        run,
                        "GODWIT_URL",
                        stack.stack().describe().migration().url(),
                        "GODWIT_TOKEN",
                        stack.stack().describe().token().orElseThrow()));
        Process process = shell.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        return code == 0 ? "0" : said + code;
    }
}
