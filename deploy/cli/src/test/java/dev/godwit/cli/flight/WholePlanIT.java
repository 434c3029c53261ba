package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
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

/** A schema change and the migration that needs it, with a parent that was applied elsewhere: one command, and everything about it on the topics and in the audit trail. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholePlanIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> MIGRATIONS = List.of("whole-tables", "whole-column", "whole-names");

    private final LiveStack stack;

    @TempDir
    private Path directory;

    WholePlanIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws SQLException {
        MIGRATIONS.forEach(stack::undefine);
        stack.execute("DROP SCHEMA IF EXISTS whole CASCADE");
    }

    @Test
    void shouldStampPlanAndRunWhatAMigrationNeeds() throws Exception {
        stack.execute("""
                DROP SCHEMA IF EXISTS whole CASCADE;
                CREATE SCHEMA whole;
                CREATE TABLE whole.items (id integer PRIMARY KEY, name text NOT NULL);
                INSERT INTO whole.items SELECT i, 'item ' || i FROM generate_series(1, 50) AS i
                """);
        define();

        Result refused = godwit("run", "whole-names", "--commit");
        Result stamped = godwit("stamp", "whole-tables", "--reason", "created by hand");
        Result listed = godwit("list");
        Result planned = godwit("run", "whole-names", "--with-dependencies");
        Result run = godwit("run", "whole-names", "--with-dependencies", "--commit", "--json");
        Result graph = godwit("graph");

        assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.REFUSED);
        assertThat(stamped.out().strip()).isEqualTo("whole-tables  applied");
        assertThat(listed.out()).containsPattern("whole-tables +schema +applied").containsPattern("whole-column +schema +unapplied");
        assertThat(planned.code()).as(planned.out() + planned.err()).isEqualTo(ExitCode.DONE);
        assertThat(planned.out()).containsPattern("whole-column +done").containsPattern("whole-names +unforeseen");
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().path("members").findValuesAsText("state")).containsExactly("done", "done");
        assertThat(run.json().path("counts").path("migrated").asLong()).isEqualTo(1 + 50);
        assertThat(graph.out()).containsPattern("whole-names +applied");
        assertThat(stack.value("SELECT count(*) FROM whole.items WHERE upper_name = upper(name)"))
                .isEqualTo("50");
        stampMustBeTold();
    }

    private void define() {
        stack.define("whole-tables", """
                migration: whole-tables
                schema:
                  up: CREATE TABLE whole.items (id integer PRIMARY KEY, name text NOT NULL)
                  provides: {tables: [whole.items]}
                """);
        stack.define("whole-column", """
                migration: whole-column
                depends-on: [whole-tables]
                schema:
                  up: ALTER TABLE whole.items ADD COLUMN upper_name text
                  down: ALTER TABLE whole.items DROP COLUMN upper_name
                  provides: {columns: [whole.items.upper_name]}
                """);
        stack.define("whole-names", """
                migration: whole-names
                depends-on: [whole-column]
                transform:
                  table: whole.items
                  pending: upper_name IS NULL
                  set: {upper_name: upper(name)}
                  writers: old
                """);
    }

    private void stampMustBeTold() {
        try (EventClient events =
                new EventClient(stack.stack().describe().kafka().bootstrapServers())) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(events.read(
                                    "godwit.runs", event -> event.type().equals("dev.godwit.migration.stamped")))
                            .extracting(event -> event.key() + " " + event.data().path("state").asText() + " "
                                    + event.data().path("reason").asText())
                            .contains("whole-tables applied created by hand"));
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stack.stamps())
                .contains("whole-tables applied"));
    }

    private Result godwit(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--state", stack.stack().directory().toString()));
        return GodwitProcess.run(directory, line, PATIENCE);
    }
}
