package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.flight.GodwitClient.Answer;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page for other services: its data is sent by its Java, its commands are typed, and a run's counts are made of what topics tell. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnotherServiceIT {
    private static final Path PAGE =
            Home.find().root().resolve("docs/how-to/request-migrations-from-another-service.md");
    private static final String MIGRATION = "archive-documents";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern DATA =
            Pattern.compile("<!-- schema command-([a-z-]+) -->\n\n```json\n(.*?)\n```", Pattern.DOTALL);

    /** A comment with the program that it needs, and the lines to be typed. */
    private static final Pattern TYPED = Pattern.compile("<!-- exit 0, where (\\w+) -->\n\n((?: {4}[^\n]*\n)+)");

    private final LiveStack stack;
    private final List<Answer> heard = new ArrayList<>();

    AnotherServiceIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void load() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS archive CASCADE;
                CREATE SCHEMA archive;
                CREATE TABLE archive.documents (id uuid PRIMARY KEY, name text NOT NULL);
                INSERT INTO archive.documents VALUES
                    ('7f1c0f8e-3c39-4a0a-9f39-0c8a3a6f7a11', 'one'), ('9d3f0c55-58a3-4a55-8d0e-2b1f6ac3a922', 'two');
                INSERT INTO archive.documents VALUES (md5('right')::uuid, 'right');
                """);
        stack.define(MIGRATION, """
                migration: archive-documents
                rekey:
                  table: archive.documents
                  key: id
                  to: md5(name)::uuid
                """);
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS archive CASCADE");
    }

    @Test
    void shouldGetWhatThePageShows() throws Exception {
        String broker = stack.stack().describe().kafka().bootstrapServers();
        try (GodwitClient client = new GodwitClient(broker, "library")) {
            String start = send(client, "run-start", "dev.godwit.run.start", "");
            String run = answer(
                            client, start, said -> said.path("state").asText().equals("following"))
                    .path("run")
                    .asText();
            // It was right before; now it is not, so that its outcome replaces the one that was told.
            stack.execute("UPDATE archive.documents SET name = 'wrong' WHERE name = 'right'");
            String asked = send(client, "entities-migrate", "dev.godwit.entities.migrate", run);
            answer(client, asked, said -> said.path("outcomes").size() == 2);

            client.send("library-refused", "dev.godwit.run.start", "no-such", "{\"migration\": \"no-such\"}");
            typeAll(PAGE, broker, run);
            typeAll(PAGE.resolveSibling("consume-audit-topics.md"), broker, run);
            send(client, "run-complete", "dev.godwit.run.complete", run);
            JsonNode last =
                    answer(client, start, said -> said.path("state").asText().equals("completed"));

            assertThat(heard)
                    .filteredOn(said -> said.type().equals("dev.godwit.command.rejected"))
                    .noneMatch(said -> said.data().path("migration").asText().equals(MIGRATION));
            await().atMost(PATIENCE).untilAsserted(() -> countsMustBe(last, broker, run));
        }
    }

    /** From godwit.outcomes alone: what godwit.runs says, and that nothing is missing. */
    private static void countsMustBe(JsonNode last, String broker, String run) {
        RunCounts counts = new RunCounts();
        try (EventClient events = new EventClient(broker)) {
            List<EventClient.Event> told =
                    events.read("godwit.outcomes", event -> event.key().equals(run));
            assertThat(counts.isComplete(last)).isFalse();
            told.forEach(event -> counts.add(event.data()));
            told.forEach(event -> counts.add(event.data()));
            assertThat(told).anyMatch(event -> event.data().path("outcomes").findValue("replaces") != null);
        }
        assertThat(counts.isComplete(last)).isTrue();
        assertThat(counts.counts()).containsEntry("migrated", 3L).containsEntry("unchanged", 0L);
        counts.counts().forEach((outcome, entities) -> assertThat(entities)
                .isEqualTo(last.path("counts").path(outcome).asLong()));
    }

    /** Sends the page's data, with the run that there is in place of the one that the page names. */
    private static String send(GodwitClient client, String schema, String type, String run) throws Exception {
        Matcher data = DATA.matcher(Files.readString(PAGE));
        while (data.find()) {
            if (data.group(1).equals(schema)) {
                String id = "library-" + UUID.randomUUID();
                client.send(id, type, MIGRATION, data.group(2).replaceAll("\\br[0-9a-z]{12}\\b", run));
                return id;
            }
        }
        throw new AssertionError("the page shows no " + schema);
    }

    private JsonNode answer(GodwitClient client, String id, Predicate<JsonNode> wanted) {
        Predicate<Answer> mine = said -> said.commandId().equals(id) && wanted.test(said.data());
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            heard.addAll(client.poll(Duration.ofMillis(200)));
                            client.dealtWith();
                            return heard.stream().filter(mine).findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow()
                .data();
    }

    private static boolean isHere(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private void typeAll(Path page, String broker, String run) throws IOException, InterruptedException {
        for (Matcher typed = TYPED.matcher(Files.readString(page)); typed.find(); ) {
            if (isHere(typed.group(1))) {
                await().atMost(PATIENCE).untilAsserted(() -> type(typed.group(2), broker, run));
            }
        }
    }

    private void type(String lines, String broker, String run) throws IOException, InterruptedException {
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
        assertThat(process.waitFor()).as(lines + said).isZero();
    }
}
