package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.demo.AuditTrail.Outcome;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the example's README says of {@code legacy_user_map}, command by command; each begins with what the one before has left. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LegacyCoursesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path EXAMPLE = Home.find().root().resolve("docs/examples/legacy-courses");
    private static final String MIGRATION = "legacy-users";
    private static final String MAP = "public.legacy_user_map";

    @TempDir
    private static Path directory;

    private final LiveStack stack;
    private List<Outcome> planned = List.of();

    LegacyCoursesIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void stage() throws Exception {
        stack.execute(read("schema.sql"));
        Result staged = godwit("stage " + EXAMPLE.resolve("legacy.sql") + " --into legacy");
        assertThat(staged.code()).as(staged.err()).isZero();
        stack.define(MIGRATION, read(MIGRATION + ".yaml"));
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS legacy CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }

    @Test
    @Order(1)
    void missingPrivileges() throws Exception {
        // given
        stack.execute(read("row-level-security.sql"));

        JsonNode refusal = when("missing privileges").json();

        // then
        assertThat(refusal.path("error").path("code").asText()).isEqualTo("policy_denied");
        assertThat(people()).isEmpty();
        stack.execute("DROP POLICY own ON legacy.users; ALTER TABLE legacy.users DISABLE ROW LEVEL SECURITY;"
                + " ALTER TABLE legacy_user_map ENABLE ROW LEVEL SECURITY; ALTER TABLE legacy_user_map FORCE ROW LEVEL SECURITY;"
                + " CREATE POLICY own ON legacy_user_map USING (sub = current_user)");
        refusal = when("missing privileges").json();
        assertThat(refusal.path("error").path("code").asText()).isEqualTo("policy_denied");
        stack.execute("DROP POLICY own ON legacy_user_map; ALTER TABLE legacy_user_map DISABLE ROW LEVEL SECURITY");
        assertThat(people()).isEmpty();
    }

    @Test
    @Order(2)
    void dryRun() throws Exception {
        Run run = new Run(when("dry-run").json());

        assertThat(people()).isEmpty();
        assertThat(run.plan().path("counts").path("migrated").asInt()).isEqualTo(28);
        assertThat(run.plan().path("warnings").findValuesAsText("message"))
                .as("tables that nobody reads; sessions are left out on purpose")
                .anyMatch(message -> message.contains("legacy.courses") && !message.contains("legacy.sessions"));
        planned = stack.outcomes(run);
        assertThat(planned).hasSize(28);
    }

    @Test
    @Order(3)
    void happyPath() throws Exception {
        Run run = new Run(when("happy path").json());

        assertThat(people())
                .hasSize(28)
                .contains(
                        "idp|0003 3 alan@school.example Alan 2019-01-16 07:21:00+00",
                        "idp|0005 5 barbara@school.example Barbara 2019-03-31 01:30:00+00",
                        "idp|0006 6 donald@school.example Donald 2019-10-27 01:30:00+00");
        assertThat(told(stack.outcomes(run))).as("the same as was planned").isEqualTo(told(planned));
    }

    @Test
    @Order(4)
    void onceMore() throws Exception {
        Map<String, String> versions = stack.rowVersions("public");

        Run run = new Run(when("once more").json());

        assertThat(run.count("unchanged")).isEqualTo(28);
        assertThat(run.count("migrated")).isZero();
        assertThat(stack.rowVersions("public")).isEqualTo(versions);
    }

    @Test
    @Order(5)
    void duplicateSubject() throws Exception {
        List<String> before = people();
        stack.execute(read("duplicate-subject.sql"));

        Run run = new Run(when("duplicate subject").json());

        assertThat(people()).isEqualTo(before);
        assertThat(run.count("conflict")).isEqualTo(1);
        assertThat(stack.outcomes(run).stream()
                        .filter(outcome -> outcome.outcome().equals("conflict")))
                .singleElement()
                .satisfies(outcome -> {
                    assertThat(outcome.key()).isEqualTo("31");
                    assertThat(outcome.reason()).isEqualTo("duplicate_sub");
                });
        Result text = godwit("report " + run.id());
        assertThat(text.out()).contains("28 unchanged", "duplicate_sub");
    }

    /** Runs the command of the README's line, which ends with the code that stands there. */
    private Result when(String scenario) throws IOException, InterruptedException {
        Matcher line = Pattern.compile("(?m)^\\| " + scenario + " \\|.*\\| `\\./godwit ([^`]+)` \\|.*\\| (\\d) \\|$")
                .matcher(read("README.md"));
        assertThat(line.find()).as("the README's line: " + scenario).isTrue();
        Result result = godwit(line.group(1) + " --json");
        assertThat(result.code()).as(result.out() + result.err()).isEqualTo(Integer.parseInt(line.group(2)));
        return result;
    }

    private Result godwit(String line) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
        arguments.addAll(List.of("--state", stack.stack().directory().toString()));
        return GodwitProcess.run(directory, arguments, PATIENCE);
    }

    private List<String> people() throws SQLException {
        return stack.query(
                "SELECT concat_ws(' ', sub, legacy_id, email, display_name, created_at AT TIME ZONE 'UTC' || '+00') FROM "
                        + MAP + " ORDER BY legacy_id");
    }

    /** What is told of whom, whichever lane told it. */
    private static List<String> told(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome.table() + " " + outcome.key() + " " + outcome.newKey() + " " + outcome.outcome()
                        + " " + outcome.reason())
                .sorted()
                .collect(Collectors.toList());
    }

    private static String read(String file) throws IOException {
        return Files.readString(EXAMPLE.resolve(file));
    }
}
