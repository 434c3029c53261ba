package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example's README, command by command, on a whole stack; and what the topics and the audit trail tell of the stamp. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholePlanIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path EXAMPLE = Home.find().root().resolve("docs/examples/whole-plan");
    private static final List<String> MIGRATIONS = List.of("shop-items", "shop-search-column", "shop-search-names");

    /** A comment with the exit code, a command, and what it prints. */
    private static final Pattern COMMAND =
            Pattern.compile("<!-- exit (\\d) -->\n\n {4}\\./godwit ([^\n]*)\n\n?((?: {4}[^\n]*\n)*)");

    private final LiveStack stack;

    @TempDir
    private Path directory;

    WholePlanIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws SQLException {
        MIGRATIONS.forEach(stack::undefine);
        stack.execute("DROP SCHEMA IF EXISTS shop CASCADE");
    }

    @Test
    void shouldDoWhatTheReadmeShows() throws Exception {
        stack.execute(Files.readString(EXAMPLE.resolve("schema.sql")));
        for (String migration : MIGRATIONS) {
            stack.define(migration, Files.readString(EXAMPLE.resolve(migration + ".yaml")));
        }
        Matcher command = COMMAND.matcher(Files.readString(EXAMPLE.resolve("README.md")));

        int seen = 0;
        while (command.find()) {
            seen++;
            Result result = godwit(command.group(2));
            assertThat(result.code())
                    .as(command.group(2) + "\n" + result.out() + result.err())
                    .isEqualTo(Integer.parseInt(command.group(1)));
            assertThat(tidy(result.out())).matches(expected(command.group(3)));
        }

        assertThat(seen).isEqualTo(5);
        assertThat(stack.value("SELECT count(*) FROM shop.items WHERE search_name = lower(name)"))
                .isEqualTo("50");
        assertThat(godwit("graph").out()).containsPattern("shop-search-names +applied");
        assertThat(godwit("list").out()).containsPattern("shop-items +schema +applied");
        stampMustBeTold();
    }

    private void stampMustBeTold() {
        try (EventClient events =
                new EventClient(stack.stack().describe().kafka().bootstrapServers())) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            events.read("godwit.runs", event -> event.type().equals("dev.godwit.migration.stamped")))
                    .extracting(event -> event.key() + " "
                            + event.data().path("state").asText() + " "
                            + event.data().path("reason").asText())
                    .contains("shop-items applied created-by-hand"));
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stack.stamps()).contains("shop-items applied"));
    }

    /** Ids are other ones each time, and columns as wide as they. */
    private static String tidy(String text) {
        return text.replaceAll("\\bs[0-9a-z]{12}\\b", "SERIES")
                .replaceAll("\\br[0-9a-z]{12}\\b", "RUN")
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    /** Dots stand for anything. */
    private static Pattern expected(String shown) {
        String[] parts = tidy(shown).split("…", -1);
        List<String> quoted = new ArrayList<>();
        for (String part : parts) {
            quoted.add(Pattern.quote(part));
        }
        return Pattern.compile(String.join(".*", quoted), Pattern.DOTALL);
    }

    private Result godwit(String line) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
        arguments.addAll(List.of("--state", stack.stack().directory().toString()));
        return GodwitProcess.run(directory, arguments, PATIENCE);
    }
}
