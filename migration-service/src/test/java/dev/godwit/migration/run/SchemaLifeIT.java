package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.Schemas;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The life of schema migrations: planned, run once, taken back, recorded. */
@QuarkusTest
@TestProfile(LiveService.class)
class SchemaLifeIT extends SchemaRuns {

    @Test
    void shouldRunOnceAndBackAgain() {
        String planned = planned("note-column");
        String run = start("note-column", true);
        reach(run, "completed");

        assertThat(executed()).containsExactly("up; once");
        assertThat(events(planned)).as("the plan said so").isEqualTo(events(run));
        JsonObject snapshot = await(services.run(run));
        assertThat(snapshot.getJsonObject("counts").getLong("migrated")).isEqualTo(2);
        assertThat(snapshot.getString("asOf")).isNotNull();
        assertThat(snapshot.getString("startedLsn")).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(snapshot.getString("restorePoint")).isEqualTo("godwit-" + run);
        assertThat(checks(snapshot))
                .containsExactly(
                        "column public.note.day is there: present", "journal and outcomes agree: 2", "it ran once: 1");
        assertThat(state("note-column")).isEqualTo("applied");
        assertThat(events(run)).containsExactly("note-column/up/1 migrated", "note-column/up/2 migrated");
        assertThatThrownBy(() -> start("note-column", true)).hasMessageContaining("its statements run once");

        command(RunCommand.ROLLBACK, run);
        reach(run, "rolled-back");

        assertThat(executed()).containsExactly("down", "up; once");
        assertThat(columns()).containsExactly("id", "body");
        assertThat(await(services.run(run)).getJsonObject("counts").getLong("reverted"))
                .isEqualTo(2);
        assertThat(state("note-column")).isEqualTo("rolled-back");
        execute("DELETE FROM executed");
        reach(start("note-column", true), "completed");
    }

    @Test
    void shouldMakeWhatBelongsToAnotherRole() {
        execute("DROP ROLE IF EXISTS note_keeper");
        assertThatThrownBy(() -> start("note-owned", true))
                .hasMessageContainingAll("no role note_keeper", "CREATE ROLE note_keeper NOLOGIN");
        execute("CREATE ROLE note_keeper NOLOGIN; GRANT CREATE ON SCHEMA public TO note_keeper");
        String planned = planned("note-owned");
        assertThat(await(services.plan(planned)).getString("owner")).isEqualTo("note_keeper");

        String run = start("note-owned", true);
        reach(run, "completed");

        assertThat(
                        values(
                                "SELECT relname || ' ' || relowner::regrole FROM pg_class WHERE relname LIKE 'note\\_kept%' ORDER BY 1"))
                .containsExactly(
                        "note_kept note_keeper",
                        "note_kept_by_note note_keeper",
                        "note_kept_id_seq note_keeper",
                        "note_kept_pkey note_keeper");
        command(RunCommand.ROLLBACK, run);
        reach(run, "rolled-back");
        assertThat(values("SELECT relname FROM pg_class WHERE relname LIKE 'note\\_kept%'"))
                .isEmpty();
        execute("DROP OWNED BY note_keeper; DROP ROLE note_keeper");
    }

    @Test
    void shouldPlanWithoutTouchingAnything() {
        await(other.query("BEGIN; LOCK TABLE note IN ACCESS EXCLUSIVE MODE").execute());
        String run = start("note-one-way", false);
        reach(run, "planned");

        JsonObject plan = await(services.plan(run));
        assertThat(plan.getJsonObject("counts").getLong("migrated")).isEqualTo(1);
        assertThat(plan.getJsonArray("statements").getJsonObject(0).getString("sql"))
                .isEqualTo("ALTER TABLE note ADD COLUMN gone text");
        assertThat(codes(plan.getJsonArray("warnings"))).containsExactly("no_way_back");
        await(other.query("ROLLBACK").execute());
        assertThat(columns()).containsExactly("id", "body");
        assertThat(events(run)).containsExactly("note-one-way/up/1 migrated");
        assertThat(state("note-one-way")).isEqualTo("unapplied");
    }

    @Test
    void shouldTryAgainAndSayWhoIsInTheWay() {
        await(other.query("BEGIN; LOCK TABLE note IN SHARE MODE").execute());
        String run = start("note-column", true);

        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        value("SELECT reason FROM godwit.run WHERE id = $1", run))
                .contains("statement 1 of up (ALTER TABLE note ADD COLUMN day date)")
                .contains("locked by pid ")
                .contains("attempt 2 of 40"));
        assertThat(executed()).isEmpty();
        await(other.query("ROLLBACK").execute());

        reach(run, "completed");
        assertThat(executed()).containsExactly("up; once");
        assertThat(value("SELECT coalesce(reason, 'none') FROM godwit.run WHERE id = $1", run))
                .isEqualTo("none");
    }

    @Test
    void shouldSendNothingToADatabaseThatIsSuddenlyAnother() {
        String run = startAtGate();
        Piece asItWasKnown = piece(run);
        assertThat(value(
                        "SELECT (cluster = (SELECT system_identifier FROM pg_control_system()))::text FROM godwit.run WHERE id = $1",
                        run))
                .isEqualTo("true");
        execute("UPDATE godwit.run SET cluster = cluster + 1 WHERE id = '" + run + "'");
        await(other.query("ROLLBACK").execute());

        reach(run, "failed");
        assertThat(value("SELECT reason FROM godwit.run WHERE id = $1", run)).startsWith("another_database: ");
        patiently().until(() -> values(WORKER).isEmpty());
        assertThatThrownBy(() -> await(work.perform(asItWasKnown))).isInstanceOf(AnotherDatabaseException.class);
        assertThatThrownBy(() -> await(work.tidy(asItWasKnown))).isInstanceOf(AnotherDatabaseException.class);
        assertThat(executed()).isEmpty();
        command(RunCommand.RESUME, run);
        reach(run, "completed");
        assertThat(executed()).containsExactly("gated");
    }

    @Test
    void shouldRefuseToGoBackWhereThereIsNoWay() {
        String run = start("note-one-way", true);
        reach(run, "completed");

        assertThatThrownBy(() -> command(RunCommand.ROLLBACK, run))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("had no 'down'");
        assertThatThrownBy(() -> await(services.previewRollback(run))).hasMessageContaining("had no 'down'");
        assertThat(state("note-one-way")).isEqualTo("applied");
    }

    @Test
    void shouldDemandParentsAndTakeStampsForThem() {
        assertThatThrownBy(() -> start("note-index", true)).hasMessageContaining("note-column (unapplied)");
        assertThatThrownBy(() -> stamp("note-column", false)).hasMessageContaining("column public.note.day");

        execute("ALTER TABLE note ADD COLUMN day date");
        assertThat(codes(await(services.plan(planned("note-column"))).getJsonArray("warnings")))
                .contains("present_not_recorded");
        stamp("note-column", false);
        assertThat(state("note-column")).isEqualTo("applied");
        String child = start("note-index", true);
        reach(child, "completed");

        assertThatThrownBy(() -> stamp("note-index", true)).hasMessageContaining("a run applied note-index");
        execute("ALTER TABLE note DROP COLUMN day");
        assertThat(state("note-column")).isEqualTo("drifted");
        stamp("note-column", true);
        assertThat(state("note-column")).isEqualTo("unapplied");
    }

    @Test
    void shouldTellOnceThatAMigrationWasStamped() {
        execute("ALTER TABLE note ADD COLUMN day date");
        Stamps.Command applied = new Stamps.Command("note-column", true, "anna", Optional.of("in March"), id());
        await(stamps.stamp(applied));
        await(stamps.stamp(applied));
        stamp("note-column", true);
        stamp("note-column", true);

        List<String> told = values("""
                SELECT convert_from(payload, 'UTF8')
                  FROM godwit.outbox
                 WHERE topic = 'godwit.runs'
                   AND type = 'dev.godwit.migration.stamped'
                   AND convert_from(key, 'UTF8') = 'note-column'
                   AND time >= (SELECT received_at FROM godwit.command WHERE id = $1)
                 ORDER BY time
                """, applied.commandId());
        assertThat(told)
                .extracting(event -> new JsonObject(event).getString("state"))
                .as("the same command twice, and a record that is gone already, are not told")
                .containsExactly("applied", "unapplied");
        assertThat(new JsonObject(told.get(0)).getString("requestedBy")).isEqualTo("anna");
        assertThat(told).allSatisfy(event -> assertThat(Schemas.violations("migration-stamped", event))
                .isEmpty());
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    @Test
    void shouldKnowThatItIsAppliedWhenItsRunIsForgotten() {
        String run = start("note-column", true);
        reach(run, "completed");

        command(RunCommand.FORGET, run);

        assertThat(state("note-column")).isEqualTo("applied");
        assertThatThrownBy(() -> start("note-column", true)).hasMessageContaining("is applied");
    }

    @Test
    void shouldRefuseWhatMeansNothingWithoutEntities() {
        assertThatThrownBy(() -> await(services.migrate(
                        UUID.randomUUID().toString(), "note-column", List.of("1"), "test", Optional.empty())))
                .hasMessageContaining("it has no entities");
    }
}
