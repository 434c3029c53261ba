package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.Home;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer runs first. It proves its own claims; here they are counted, so that none can silently disappear. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {

    private static final Path EXAMPLES = Home.find().root().resolve("docs/examples");
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final LiveStack stack;

    @TempDir
    private Path elsewhere;

    DemoIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void leaveAnEmptySchema() throws SQLException {
        stack.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }

    @Test
    void shouldFlyThereAndBackUnderTrafficAndProveIt() throws Exception {
        JsonNode told = fly("uuid-standardization");

        assertThat(claims(told))
                .hasSizeGreaterThanOrEqualTo(10)
                .anyMatch(claim -> claim.contains("acknowledged"))
                .anyMatch(claim -> claim.contains("journal"));
        assertThat(told.path("traffic").path("oldIdsWritten").asLong()).isPositive();
        assertThat(told.path("counts").path("migrated").asLong()).isGreaterThan(900);
    }

    @Test
    void shouldChangeOnboardingDocumentsUnderOldClientsAndGiveThemBackToTheByte() throws Exception {
        JsonNode told = fly("onboarding-9-states");

        assertThat(claims(told))
                .hasSizeGreaterThanOrEqualTo(14)
                .contains(
                        "every row means what it meant, or what was saved last",
                        "rows that an earlier script changed are left alone",
                        "every write acknowledged to the traffic is there",
                        "every row is what was written last, to the byte",
                        "the whole plan was one command, in its order",
                        "the column of the schema migration is there",
                        "the former constraint is back",
                        "the columns are those of before",
                        "rows that an earlier script changed get their original",
                        "and that is taken back, too",
                        "the trail names the rows changed since, and only them");
        assertThat(told.path("traffic").path("oldDocuments").asLong()).isPositive();
        assertThat(told.path("counts").path("reverted").asLong()).isGreaterThan(700);
        assertThat(told.path("counts").path("diverged").asLong()).isPositive();
        assertThat(told.path("writesOnTheWayBack").asLong()).isPositive();
    }

    @Test
    void shouldAssignOwnersWhileAdministratorsGrantRolesAndTakeOnlyItsOwnRowsBack() throws Exception {
        JsonNode told = fly("rbac-assignments");

        assertThat(claims(told))
                .hasSizeGreaterThanOrEqualTo(14)
                .contains(
                        "without roles it is refused, with the way out",
                        "nobody has more, but for what people granted",
                        "owning the starter project is for good",
                        "run once more, they write nothing",
                        "what the runs made is gone, what people made is left",
                        "what people granted meanwhile stands, to the byte",
                        "the trail names what people made or changed meanwhile");
        assertThat(told.path("traffic").path("granted").asLong()).isPositive();
        assertThat(told.path("traffic").path("edited").asLong()).isPositive();
        assertThat(told.path("writesOnTheWayBack").asLong()).isPositive();
        assertThat(told.path("counts").path("reverted").asLong()).isGreaterThan(900);
        assertThat(told.path("furtherRuns")
                        .path(0)
                        .path("counts")
                        .path("migrated")
                        .asLong())
                .as("the starter project that was granted by hand before")
                .isEqualTo(1);
    }

    @Test
    void shouldApplyBranchesOneAtATimeAndTakeThemBackUnderTraffic() throws Exception {
        JsonNode told = fly("branching-schema");

        assertThat(claims(told))
                .hasSizeGreaterThanOrEqualTo(24)
                .contains(
                        "lint finds the lost parent, and nothing else wrong",
                        "there is one linear order, each after what it needs",
                        "definitions say what the revisions say",
                        "features: nine live, six missing",
                        "a table that is recorded but missing is noticed",
                        "all branches are applied, and merged",
                        "what others build on is not taken back",
                        "the schema is what it was before the branch",
                        "its features are missing again, and no others",
                        "every row acknowledged to the traffic is there",
                        "what is left is the core, its rows as they were",
                        "the audit trail of every run is complete, its chains hold");
        assertThat(told.path("traffic").path("writes").asLong()).isPositive();
        JsonNode features = GodwitProcess.run(
                        elsewhere,
                        List.of(
                                "features",
                                "--json",
                                "--state",
                                stack.stack().directory().toString(),
                                "--features",
                                EXAMPLES.resolve("branching-schema/features.yaml")
                                        .toString(),
                                "--database-url",
                                stack.stack().describe().database().url()),
                        PATIENCE)
                .json();
        assertThat(features.path("live").asInt())
                .as("the application's own branch is left")
                .isEqualTo(4);
        assertThat(features.path("features").get(10).path("waitsFor").toString())
                .isEqualTo(
                        "{\"tables\":[\"api_keys\"],\"migrations\":[\"sec_0001\",\"sec_0002\",\"sec_0004\",\"sec_0005\"]}");
    }

    private JsonNode fly(String example) throws Exception {
        return run(example, "--rows", "1000", "--traffic", "50");
    }

    private JsonNode run(String example, String... options) throws Exception {
        List<String> common = List.of(
                "demo", example, "--json", "--state", stack.stack().directory().toString());
        Result result = GodwitProcess.run(
                elsewhere, Stream.concat(common.stream(), Stream.of(options)).toList(), PATIENCE);

        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        return result.json();
    }

    private static List<String> claims(JsonNode told) {
        List<JsonNode> claims = told.findParents("claim");
        assertThat(claims).allMatch(claim -> claim.path("holds").asBoolean());
        return claims.stream().map(claim -> claim.path("claim").asText()).toList();
    }
}
