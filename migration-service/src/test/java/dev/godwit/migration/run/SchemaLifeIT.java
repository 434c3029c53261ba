package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of schema migrations on the whole service: once, whatever dies. */
@QuarkusTest
@TestProfile(LiveService.class)
class SchemaLifeIT {

    private static final String WORKER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = "
            + ScriptWork.SCRIPT
            + " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @ConfigProperty(name = "godwit.database.name")
    String database;

    @Inject
    RunServices services;

    @Inject
    Stamps stamps;

    @Inject
    Runs runs;

    @Inject
    RunContexts contexts;

    @Inject
    ScriptWork work;

    @Inject
    Pool pool;

    private SqlConnection other;

    @BeforeEach
    void createTables() {
        execute("""
                DROP TABLE IF EXISTS note, executed, gate;
                CREATE TABLE note (id integer PRIMARY KEY, body text NOT NULL);
                INSERT INTO note SELECT n, 'note ' || n FROM generate_series(1, 1000) AS n;
                CREATE TABLE executed (what text NOT NULL);
                CREATE TABLE gate (id integer);
                """);
        other = await(TestPostgres.pool(database, "postgres").getConnection());
    }

    @AfterEach
    void endRuns() {
        await(other.query("ROLLBACK").execute().replaceWithVoid().eventually(other::close));
        values("SELECT id FROM godwit.run WHERE operation = 'schema'"
                        + " AND state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> values(
                        "SELECT id FROM godwit.run WHERE state = 'cancelling'")
                .isEmpty());
        execute("DELETE FROM godwit.run WHERE operation = 'schema'; DELETE FROM godwit.stamp");
    }

    @Test
    void shouldRunOnceAndBackAgain() {
        String run = start("note-column", true);
        reach(run, "completed");

        assertThat(executed()).containsExactly("up; once");
        JsonObject snapshot = await(services.run(run));
        assertThat(snapshot.getJsonObject("counts").getLong("migrated")).isEqualTo(2);
        assertThat(snapshot.getString("asOf")).isNotNull();
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
    void shouldKnowThatItIsAppliedWhenItsRunIsForgotten() {
        String run = start("note-column", true);
        reach(run, "completed");

        command(RunCommand.FORGET, run);

        assertThat(state("note-column")).isEqualTo("applied");
        assertThatThrownBy(() -> start("note-column", true)).hasMessageContaining("is applied");
    }

    @Test
    void shouldRefuseWhatMeansNothingWithoutEntities() {
        assertThatThrownBy(() ->
                        await(services.migrate(UUID.randomUUID().toString(), "note-column", List.of("1"), "test")))
                .hasMessageContaining("it has no entities");
    }

    /** Starts the migration that waits in its transaction for a table that the test holds. */
    private String startAtGate() {
        await(other.query("BEGIN; LOCK TABLE gate IN ACCESS EXCLUSIVE MODE").execute());
        String run = start("note-gated", true);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !values(
                        "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass")
                .isEmpty());
        return run;
    }

    /** Starts the migration whose index waits for an old snapshot. */
    private String startAtIndex() {
        applyParentElsewhere();
        await(other.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").execute());
        String run = start("note-index", true);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !values(
                        "SELECT pid FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'")
                .isEmpty());
        return run;
    }

    private void applyParentElsewhere() {
        execute("ALTER TABLE note ADD COLUMN day date");
        stamp("note-column", false);
        execute("ALTER TABLE note DROP COLUMN day");
    }

    private Piece piece(String id) {
        Run run = await(runs.find(id)).orElseThrow();
        var context = await(contexts.of(run));
        return new Piece(
                run,
                context,
                Direction.UP,
                context.operation().runOnce().orElseThrow().up(),
                true);
    }

    private String planned(String migration) {
        String run = start(migration, false);
        reach(run, "planned");
        return run;
    }

    private String start(String migration, boolean commit) {
        StartCommand command = new StartCommand(
                UUID.randomUUID().toString(),
                migration,
                commit,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                "test",
                Optional.empty());
        return await(services.start(command)).getString("run");
    }

    private void stamp(String migration, boolean remove) {
        JsonObject answer = await(stamps.stamp(new Stamps.Command(
                migration, !remove, "test", Optional.empty(), UUID.randomUUID().toString())));
        assertThat(answer.getString("state")).isEqualTo(remove ? "unapplied" : "applied");
    }

    private String state(String migration) {
        return await(services.migrationStates()).getString(migration, "unapplied");
    }

    private void reach(String run, String state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> value("SELECT state FROM godwit.run WHERE id = $1", run), state::equals);
    }

    @CanIgnoreReturnValue
    private JsonObject command(RunCommand command, String run) {
        return await(services.command(command, run, UUID.randomUUID().toString(), "test", Optional.empty()));
    }

    private List<String> executed() {
        return values("SELECT what FROM executed ORDER BY what");
    }

    private List<String> columns() {
        return values("SELECT attname FROM pg_attribute WHERE attrelid = 'note'::regclass AND attnum > 0"
                + " AND NOT attisdropped ORDER BY attnum");
    }

    private List<String> events(String run) {
        return values("""
                SELECT (o.item ->> 'key') || ' ' || (o.item ->> 'outcome')
                  FROM godwit.outbox AS b
                 CROSS JOIN LATERAL jsonb_array_elements(convert_from(b.payload, 'UTF8')::jsonb -> 'outcomes') AS o(item)
                 WHERE b.subject = $1
                   AND b.topic = 'godwit.outcomes'
                 ORDER BY 1
                """, run);
    }

    private static List<String> checks(JsonObject run) {
        return run.getJsonObject("verification").getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .map(check -> check.getString("name") + ": " + check.getString("actual"))
                .toList();
    }

    private static List<String> codes(JsonArray findings) {
        return findings.stream()
                .map(finding -> ((JsonObject) finding).getString("code"))
                .toList();
    }

    private void execute(String sql) {
        TestPostgres.execute(database, sql);
    }

    private String value(String sql, Object... parameters) {
        return values(sql, parameters).get(0);
    }

    private List<String> values(String sql, Object... parameters) {
        List<String> values = new ArrayList<>();
        for (Row row : await(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
            values.add(String.valueOf(row.getValue(0)));
        }
        return values;
    }

    @CanIgnoreReturnValue
    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }
}
