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

        int seen = new Stranger(stack, directory).follow(EXAMPLE.resolve("README.md"));

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

    private Result godwit(String line) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
        arguments.addAll(List.of("--state", stack.stack().directory().toString()));
        return GodwitProcess.run(directory, arguments, PATIENCE);
    }
}
