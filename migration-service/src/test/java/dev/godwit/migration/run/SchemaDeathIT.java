package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Schema migrations run once, whatever dies. */
@QuarkusTest
@TestProfile(LiveService.class)
class SchemaDeathIT extends SchemaRuns {

    @Test
    void shouldDoNothingTwiceWhenTheSessionDiesBeforeItsCommit() {
        String run = startAtGate();

        execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass");
        await(other.query("ROLLBACK").execute());

        reach(run, "completed");
        assertThat(executed()).containsExactly("gated");
    }

    @Test
    void shouldDoNothingTwiceWhenTheAnswerOfACommitWasLost() {
        String run = startAtGate();
        Piece asItWasKnown = piece(run);
        await(other.query("ROLLBACK").execute());
        reach(run, "completed");

        await(work.perform(asItWasKnown));

        assertThat(executed()).containsExactly("gated");
    }

    @Test
    void shouldLetOneSessionAtATimeWork() {
        String run = startAtGate();
        Piece piece = piece(run);

        List<Uni<Void>> instances =
                Stream.generate(() -> work.perform(piece)).limit(6).toList();
        await(Uni.join().all(instances).andFailFast());
        assertThat(values("SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass"))
                .hasSize(1);
        await(other.query("ROLLBACK").execute());

        reach(run, "completed");
        assertThat(executed()).containsExactly("gated");
    }

    @Test
    void shouldNotCommitAfterTheRunWasCancelled() {
        String run = startAtGate();
        command(RunCommand.CANCEL, run);
        reach(run, "cancelled");
        await(other.query("ROLLBACK").execute());

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values(WORKER)
                .isEmpty());
        assertThat(executed()).isEmpty();
    }

    @Test
    void shouldRebuildAnIndexWhoseSessionDiedHalfWay() {
        String run = startAtIndex();
        execute("SELECT pg_terminate_backend(pid, 5000) FROM (" + WORKER + ") AS w");
        assertThat(values("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('note_body')"))
                .containsExactly("false");
        await(other.query("ROLLBACK").execute());

        reach(run, "completed");

        assertThat(values("SELECT indisvalid FROM pg_index WHERE indrelid = 'note'::regclass AND NOT indisprimary"))
                .containsExactly("true");
        assertThat(executed()).containsExactly("after the index");
        command(RunCommand.ROLLBACK, run);
        reach(run, "rolled-back");
        assertThat(columns()).containsExactly("id", "body");
        assertThat(values("SELECT to_regclass('note_body')")).containsExactly("null");
    }

    @Test
    void shouldTakeAnIndexForDoneThatWasFinishedUnseen() {
        String run = startAtIndex();
        command(RunCommand.PAUSE, run);
        await(other.query("ROLLBACK").execute());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values(WORKER)
                .isEmpty());
        String index = value(
                "SELECT indexrelid::bigint FROM pg_index WHERE indexrelid = to_regclass('note_body') AND indisvalid");
        assertThat(value("SELECT state FROM godwit.statement WHERE run_id = $1 AND number = 2", run))
                .as("nothing is recorded of a run that is paused")
                .isEqualTo("begun");

        command(RunCommand.RESUME, run);
        reach(run, "completed");

        assertThat(value("SELECT to_regclass('note_body')::oid::bigint")).isEqualTo(index);
        assertThat(await(services.run(run)).getJsonObject("counts").getLong("migrated"))
                .isEqualTo(3);
    }

    @Test
    void shouldWaitForAStatementThatOutlivedItsWorker() {
        String run = startAtIndex();
        command(RunCommand.PAUSE, run);
        await(other.query("ROLLBACK").execute());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values(WORKER)
                .isEmpty());
        await(other.query("SELECT pg_advisory_lock(" + ScriptWork.SCRIPT
                        + ", serial::integer) FROM godwit.run WHERE id = '" + run + "'")
                .execute());

        command(RunCommand.RESUME, run);
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        value("SELECT reason FROM godwit.run WHERE id = $1", run))
                .startsWith("a statement outside transactions is at work (pid "));
        assertThat(executed()).isEmpty();
        await(other.query("SELECT pg_advisory_unlock_all()").execute());

        reach(run, "completed");
        assertThat(executed()).containsExactly("after the index");
    }

    @Test
    void shouldLeaveNoIndexBehindWhenItCannotBeMade() {
        applyParentElsewhere();
        execute("INSERT INTO note VALUES (1001, 'note 1')");
        String run = start("note-index", true);
        reach(run, "failed");

        assertThat(value("SELECT reason FROM godwit.run WHERE id = $1", run))
                .startsWith(
                        "statement 2 of up (CREATE UNIQUE INDEX CONCURRENTLY note_body ON note): could not create unique index")
                .contains("SQLSTATE 23505");
        assertThat(values("SELECT to_regclass('note_body')")).containsExactly("null");
        execute("DELETE FROM note WHERE id = 1001");
        command(RunCommand.RESUME, run);
        reach(run, "completed");
        assertThat(columns()).containsExactly("id", "body", "indexed");
    }

    @Test
    void shouldInterruptAnIndexAndTakeItAwayWhenCancelled() {
        String run = startAtIndex();
        command(RunCommand.CANCEL, run);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values(
                        "SELECT pid FROM pg_stat_progress_create_index")
                .isEmpty());
        await(other.query("ROLLBACK").execute());
        reach(run, "cancelled");

        assertThat(values("SELECT to_regclass('note_body')")).containsExactly("null");
        command(RunCommand.ROLLBACK, run);
        reach(run, "rolled-back");
        assertThat(columns()).containsExactly("id", "body");
    }
}
