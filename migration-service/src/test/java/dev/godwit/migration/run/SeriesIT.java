package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.series.SeriesCommand;
import dev.godwit.migration.series.SeriesKeeper;
import dev.godwit.migration.series.SeriesService;
import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Migrations with what they depend on: one command, one report. */
@QuarkusTest
@TestProfile(LiveService.class)
class SeriesIT extends SchemaRuns {

    @Inject
    SeriesService series;

    @Inject
    SeriesKeeper keeper;

    /** Before the runs are ended, or the next would be started meanwhile. */
    @AfterEach
    void endSeries() {
        execute("DELETE FROM godwit.series");
    }

    @Test
    void shouldRunWhatIsNeededAndStopOnlyWhatDependsOnAFailure() {
        execute("UPDATE note SET body = 'a note that is far too long' WHERE id = 7");
        JsonObject failed = ended(start(true, "note-index", "note-after-broken", "note-gated"));

        assertThat(failed.getString("state")).isEqualTo("failed");
        assertThat(members(failed))
                .containsExactly(
                        "note-column done",
                        "note-broken failed",
                        "note-after-broken blocked",
                        "note-gated done",
                        "note-index refused");
        String broken = member(failed, "note-broken").getString("run");
        assertThat(member(failed, "note-broken").getString("message")).contains("body_is_short");
        assertThat(member(failed, "note-index").getString("message"))
                .as("what failed may have left the table half-way")
                .contains("run '" + broken + "' of note-broken is in hand");
        assertThat(failed.getJsonObject("counts").getLong("migrated")).isEqualTo(4);
        assertThat(state("note-gated")).isEqualTo("applied");
        assertThat(state("note-after-broken")).isEqualTo("unapplied");

        // The way out: what failed is in hand until somebody decides, and what is left is one command.
        assertThatThrownBy(() -> start(true, "note-after-broken"))
                .hasMessageContaining("run '" + broken + "' of note-broken is in hand (failed)");
        execute("UPDATE note SET body = 'short' WHERE id = 7");
        command(RunCommand.RESUME, broken);
        reach(broken, "completed");
        JsonObject rest = ended(start(true, "note-index", "note-after-broken"));

        assertThat(rest.getString("state")).isEqualTo("completed");
        assertThat(members(rest)).containsExactly("note-after-broken done", "note-index done");
        assertThat(value("SELECT short FROM note WHERE id = 7")).isEqualTo("short");
        assertThat(ended(start(true, "note-after-broken")).getJsonArray("members"))
                .as("everything is applied")
                .isEmpty();
    }

    @Test
    void shouldPlanWhatCanBeForeseenAndWriteNothing() {
        JsonObject planned = ended(start(false, "note-filled"));

        assertThat(planned.getString("state")).isEqualTo("completed");
        assertThat(members(planned)).containsExactly("note-column done", "note-broken done", "note-filled unforeseen");
        assertThat(member(planned, "note-filled").getString("message")).contains("short");
        assertThat(columns()).containsExactly("id", "body");
        assertThat(state("note-column")).isEqualTo("unapplied");
    }

    @Test
    void shouldStartNoFurtherRunOnceItIsCancelled() {
        await(other.query("BEGIN; LOCK TABLE note IN SHARE MODE").execute());
        String id = start(true, "note-index");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> member(find(id), "note-column").getString("run") != null);
        assertThatThrownBy(() -> start(true, "note-index")).hasMessageContaining("of note-column is in hand");

        await(series.cancel(id, "test", Optional.of("changed my mind")));
        await(other.query("ROLLBACK").execute());
        reach(member(find(id), "note-column").getString("run"), "completed");

        assertThat(members(find(id))).containsExactly("note-column done", "note-index cancelled");
        assertThat(find(id).getString("state")).isEqualTo("cancelled");
    }

    @Test
    void shouldStartEachRunOnceWhoeverDies() {
        await(other.query("BEGIN; LOCK TABLE note IN SHARE MODE").execute());
        SeriesCommand command = new SeriesCommand(
                UUID.randomUUID().toString(),
                List.of("note-column"),
                true,
                false,
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.empty());
        String id = await(series.start(command)).getString("series");
        assertThat(await(series.start(command)).getString("series"))
                .as("the same command")
                .isEqualTo(id);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> member(find(id), "note-column").getString("run") != null);
        String run = member(find(id), "note-column").getString("run");

        // As if the instance had died between the start and the record of it.
        execute("UPDATE godwit.series_member SET run_id = NULL");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> run.equals(member(find(id), "note-column").getString("run")));
        await(other.query("ROLLBACK").execute());

        assertThat(ended(id).getString("state")).isEqualTo("completed");
        assertThat(executed()).containsExactly("up; once");
        assertThat(value("SELECT command_id FROM godwit.run WHERE id = $1", run))
                .isEqualTo(id + "/note-column");
        mustBeKeptUntilItsRunsAreForgotten(id);
    }

    @Test
    void shouldRefuseWhatSomebodyMustLookAtFirst() {
        applyParentElsewhere();

        assertThat(state("note-column")).isEqualTo("drifted");
        assertThatThrownBy(() -> start(true, "note-index"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("drifted"))
                .hasMessageContaining("godwit doctor note-column");
        assertThatThrownBy(() -> start(true, "note-index", "nobody"))
                .hasMessageContaining("there is no migration 'nobody'");
        assertThatThrownBy(() -> find("s000000000000")).hasMessageContaining("there is no series");
    }

    private void mustBeKeptUntilItsRunsAreForgotten(String id) {
        await(keeper.prune(Duration.ZERO));
        assertThat(values("SELECT id FROM godwit.series")).contains(id);
        execute("DELETE FROM godwit.run WHERE operation = 'schema'");
        await(keeper.prune(Duration.ofHours(1)));
        assertThat(values("SELECT id FROM godwit.series")).contains(id);

        await(keeper.prune(Duration.ZERO));

        assertThat(values("SELECT id FROM godwit.series")).doesNotContain(id);
    }

    private String start(boolean commit, String... migrations) {
        SeriesCommand command = new SeriesCommand(
                UUID.randomUUID().toString(),
                List.of(migrations),
                commit,
                false,
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.empty());
        return await(series.start(command)).getString("series");
    }

    private JsonObject find(String id) {
        return await(series.find(id));
    }

    private JsonObject ended(String id) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !find(id).getString("state")
                .equals("running"));
        return find(id);
    }

    private static List<String> members(JsonObject report) {
        return stream(report)
                .map(member -> member.getString("migration") + " " + member.getString("state"))
                .toList();
    }

    private static JsonObject member(JsonObject report, String migration) {
        return stream(report)
                .filter(member -> member.getString("migration").equals(migration))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<JsonObject> stream(JsonObject report) {
        JsonArray members = report.getJsonArray("members");
        return members.stream().map(JsonObject.class::cast);
    }
}
