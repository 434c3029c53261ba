package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.pace.PaceChange;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.Schemas;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ways that runs go from state to state, and what they do to one another on it; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class RunLifeIT extends LiveRuns {

    private static final String PARTED = """
            CREATE TABLE parted (id text PRIMARY KEY, wanted text NOT NULL) PARTITION BY RANGE (id);
            CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('new') TO ('nex');
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('old 1') TO ('old 2');
            CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('old 2') TO ('old 3');
            INSERT INTO parted SELECT 'old ' || n, 'new ' || n FROM generate_series(10, 29) AS n;
            """;

    private static final String ATTACH = """
            CREATE TABLE parted_3 (id text PRIMARY KEY, wanted text NOT NULL);
            INSERT INTO parted_3 SELECT 'old ' || n, 'new ' || n FROM generate_series(30, 39) AS n;
            ALTER TABLE parted ATTACH PARTITION parted_3 FOR VALUES FROM ('old 3') TO ('old 4');
            """;

    @Inject
    Rehearsals rehearsals;

    @Inject
    Paces paces;

    @Test
    void shouldFollowOnAfterItHasVerified() {
        String first = following("first");

        command(RunCommand.VERIFY, first);

        patiently().untilAsserted(() -> assertThat(reason(first)).startsWith("verified as of "));
        assertThat(run(first).state()).isEqualTo(RunState.FOLLOWING);
        assertThat(run(first).verifyAsked()).isFalse();
        assertThat(value("SELECT verification -> 'checks' -> 0 ->> 'ok' FROM godwit.run WHERE id = $1", first))
                .isEqualTo("true");
        insert("first", 21, 22);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
        assertThat(published("first")).isEqualTo("null");
    }

    @Test
    void shouldKeepToItsHoursUntilItMayWorkAtAnyTime() {
        int later = ZonedDateTime.now(ZoneOffset.UTC).getHour() + 2;
        Window hours = Window.parse("%02d:00-%02d:00 UTC".formatted(later % 24, (later + 1) % 24));
        String run = await(services.start(new StartCommand(
                        UUID.randomUUID().toString(),
                        "first",
                        true,
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.of(PaceLevel.NORMAL),
                        Optional.of(hours),
                        false,
                        "test",
                        Optional.empty(),
                        Optional.empty())))
                .getString("run");
        patiently().untilAsserted(() -> assertThat(await(paces.show(run)).getString("detail"))
                .startsWith("opens at "));
        long untouched = pending("first");
        assertThat(run(run).phase())
                .as("nothing is published, and no table read")
                .isEqualTo("prepare");
        assertThat(published("first")).isEqualTo("null");

        JsonObject changed = await(paces.change(new PaceChange(
                run,
                "at-any-time",
                Optional.of(PaceLevel.GENTLE),
                Optional.empty(),
                true,
                "test",
                Optional.of("night shift"))));

        assertThat(untouched).isPositive();
        assertThat(changed.getString("pace") + " " + changed.getString("onlyBetween"))
                .isEqualTo("gentle null");
        JsonObject told = new JsonObject(value(
                "SELECT convert_from(payload, 'UTF8') FROM godwit.outbox WHERE type = 'dev.godwit.run.pace-changed' AND subject = '"
                        + run + "'"));
        assertThat(Schemas.violations("run-pace-changed", told.encode())).isEmpty();
        assertThat(told.getJsonObject("from").getString("pace") + ">"
                        + told.getJsonObject("to").getString("pace"))
                .isEqualTo("normal>gentle");
        assertThat(told.getJsonObject("from").getString("onlyBetween")).isEqualTo(hours.toString());
        assertThat(told.getJsonObject("to").getValue("onlyBetween")).isNull();
        assertThat(told.getString("requestedBy") + ": " + told.getString("reason"))
                .isEqualTo("test: night shift");
        must(run, RunState.COMPLETED);
        assertThat(pending("first")).isZero();
    }

    @Test
    void shouldRefuseAGroupThatCannotBeDecidedTogether() {
        execute("INSERT INTO first SELECT 'same ' || n, 'one' FROM generate_series(1, 5001) AS n");

        String run = start("first", false);

        must(run, RunState.FAILED);
        assertThat(reason(run)).startsWith("group_too_large: 5001 rows want one new key or place, among them same 1;");
        assertThat(pending("first")).isEqualTo(5001 + 20);
    }

    @Test
    void shouldRehearseUnlessARunIsInHand() {
        JsonObject report = await(rehearsals.rehearse("first", 5));
        String run = following("first");

        assertThat(report.getInteger("rehearsed") + " " + report.getInteger("differing"))
                .isEqualTo("5 0");
        assertThat(report.getJsonObject("counts").getLong("migrated")).isEqualTo(5);
        assertThat(value("SELECT count(*) FROM godwit.run WHERE id = 'rehearsal'"))
                .isEqualTo("0");
        assertThatThrownBy(() -> await(rehearsals.rehearse("first", 5)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("overlapping_run"))
                .hasMessageContaining(run);
    }

    @Test
    void shouldDriveMoreRunsThanThereAreConnections() {
        String first = following("first");
        execute("""
                INSERT INTO godwit.run (id, migration, operation, mode, state, phase, definition, definition_file, definition_hash, follow, generation, barrier_xid)
                SELECT 'crowd-' || n, migration, operation, mode, state, phase, definition, definition_file, definition_hash, true, generation, barrier_xid
                  FROM godwit.run, generate_series(1, 40) AS n
                 WHERE id = '%s'
                """.formatted(first));

        complete(first);
    }

    @Test
    void shouldShowWhatARunWaitsFor() throws SQLException {
        String second;
        try (Connection application = TestPostgres.connect(database);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("LOCK TABLE second IN SHARE UPDATE EXCLUSIVE MODE");
            second = start("second", true);

            patiently()
                    .untilAsserted(() ->
                            assertThat(reason(second)).startsWith("waits: ").contains("55P03"));
            assertThat(run(second).state()).isEqualTo(RunState.PLANNING);
        }
        must(second, RunState.FOLLOWING);
        assertThat(reason(second)).isEqualTo("null");
    }

    @Test
    void shouldFailAPlanThatCannotReadARowAndMakeItWhenTheRowIsMended() throws SQLException {
        execute("CREATE TABLE strict (id text PRIMARY KEY, wanted text NOT NULL, size text)");
        String plan;
        try (Connection driver = TestPostgres.connect(database)) {
            driveAll(driver);
            plan = plan("strict");
            execute("INSERT INTO strict VALUES ('old', 'new', 'large')");
        }

        must(plan, RunState.FAILED);

        assertThat(reason(plan)).contains("large").contains("22P02");
        execute("UPDATE strict SET size = '1'");
        command(RunCommand.RESUME, plan);
        must(plan, RunState.PLANNED);
        assertThat(value("SELECT plan -> 'counts' ->> 'migrated' FROM godwit.run WHERE id = $1", plan))
                .isEqualTo("1");
    }

    @Test
    void shouldNotMakeARunDeafByCancellingAPlanOfItsTable() {
        String first = following("first");
        String plan = plan("first");
        must(plan, RunState.PLANNED);
        execute("UPDATE godwit.run SET state = 'failed', resume_state = 'planning' WHERE id = '" + plan + "'");

        command(RunCommand.CANCEL, plan);
        must(plan, RunState.CANCELLED);

        insert("first", 21, 22);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
    }

    @Test
    void shouldTakeItsTablesBackWhenItIsCancelledInPlanning() throws SQLException {
        try (Connection application = TestPostgres.connect(database);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO third VALUES ('open', 'open')");
            String first = start("first", true);
            patiently().untilAsserted(() -> assertThat(reason(first)).startsWith("waits for older transactions"));
            assertThat(published("first")).isEqualTo("{id}");

            command(RunCommand.CANCEL, first);

            must(first, RunState.CANCELLED);
            assertThat(published("first")).isEqualTo("null");
            assertThat(published("first_log")).isEqualTo("null");
        }
    }

    @Test
    void shouldPublishATableAnewThatIsPublishedByOtherColumns() {
        execute("ALTER PUBLICATION godwit ADD TABLE first (id, wanted)");

        String first = following("first");

        assertThat(published("first")).isEqualTo("{id}");
        complete(first);
    }

    @Test
    void shouldFindTheRowsOfAPartitionThatIsAttachedWhileItFollowsT27() {
        execute(PARTED);
        String parted = following("parted");
        execute(ATTACH);

        complete(parted);

        assertThat(pending("parted")).isZero();
    }

    @Test
    void shouldScanAgainWhenAPartitionIsAttachedBehindTheScanT27() throws SQLException {
        execute(PARTED);
        String parted = following("parted");
        try (Connection driver = TestPostgres.connect(database)) {
            driveOnly(driver, parted);
            command(RunCommand.COMPLETE, parted);
            drive(parted, () -> run(parted).phase().equals("check"));
            execute(ATTACH);

            drive(parted, () -> run(parted).state() == RunState.COMPLETED);
        }
        assertThat(pending("parted")).isZero();
    }

    @Test
    void shouldNotTakeForADifferenceWhatTheTailHasNotHeardOfYet() throws SQLException {
        String first = following("first");
        try (Connection driver = TestPostgres.connect(database)) {
            driveOnly(driver, first);
            command(RunCommand.COMPLETE, first);
            drive(first, () -> run(first).phase().equals("verify"));
            connector.stop();
            insert("first", 21, 22);
            execute("INSERT INTO first_log VALUES (1, 'old 1')");

            drive(first, () -> run(first).phase().equals("prove"));

            assertThat(pending("first")).isZero();
            assertThat(value("SELECT first_id FROM first_log")).isEqualTo("new 1");
            connector.goOn();
        }
        must(first, RunState.COMPLETED);
        assertThat(run(first).rounds()).isZero();
    }

    @Test
    void shouldScanAgainWhenItFindsWhatNobodyHasSeenTo() {
        String first = following("first");
        execute("ALTER PUBLICATION godwit DROP TABLE first");
        insert("first", 21, 22);
        String written = value("SELECT pg_current_wal_insert_lsn()::text");
        patiently()
                .until(
                        () -> value(
                                "SELECT confirmed_flush_lsn >= $1::text::pg_lsn FROM pg_replication_slots WHERE slot_name = $2",
                                written,
                                LiveService.SLOT),
                        "true"::equals);
        execute("ALTER PUBLICATION godwit ADD TABLE first (id)");

        complete(first);

        assertThat(pending("first")).isZero();
        assertThat(run(first).rounds()).isEqualTo(1);
    }

    @Test
    void shouldBeAppliedOnceAWholeRunHasCompletedWhateverCameAfter() {
        complete(start("first", true));
        insert("first", 21, 22);
        String cancelled = following("first");
        command(RunCommand.CANCEL, cancelled);
        must(cancelled, RunState.CANCELLED);

        assertThat(stateOf("first")).isEqualTo("applied");

        String again = following("first");
        complete(again);
        command(RunCommand.ROLLBACK, again);
        must(again, RunState.ROLLED_BACK);
        assertThat(stateOf("first")).isEqualTo("applied");
    }

    private String stateOf(String migration) {
        return await(services.migrationStates()).getString(migration);
    }

    @ParameterizedTest
    @EnumSource(names = {"CANCEL", "ROLLBACK"})
    void shouldAnswerForTheKeysThatItDidNotComeTo(RunCommand end) {
        String first = following("first");
        command(RunCommand.PAUSE, first);
        String asked = UUID.randomUUID().toString();
        await(services.migrate(asked, "first", List.of("old 21"), "test", Optional.empty()));

        command(end, first);

        patiently().untilAsserted(() -> assertThat(values("""
                                SELECT data ->> 'code'
                                  FROM godwit.outbox
                                 CROSS JOIN LATERAL (SELECT convert_from(payload, 'UTF8')::jsonb AS data) AS event
                                 WHERE type = 'dev.godwit.command.rejected'
                                   AND data ->> 'commandId' = $1
                                """, asked)).containsExactly("run_ended"));
    }

    @Test
    void shouldMigrateNoMoreThanItsLimitOverAllPartitions() {
        execute(PARTED);

        String few = startLimited("parted", 4);
        must(few, RunState.COMPLETED);
        assertThat(pending("parted")).isEqualTo(16);

        String many = startLimited("parted", 14);
        must(many, RunState.COMPLETED);
        assertThat(pending("parted")).isEqualTo(2);
    }

    @Test
    void shouldLetOthersFollowBesideARunWhoseTableIsGone() {
        String broken = following("overlapping");
        String second = following("second");
        command(RunCommand.PAUSE, broken);
        execute("DROP TABLE first_log");
        // Nothing of it is known by heart any more, as after a restart.
        execute("UPDATE godwit.run SET generation = generation + 1 WHERE id = '" + broken + "'");

        insert("third", 21, 22);
        insert("second", 21, 22);

        patiently().untilAsserted(() -> assertThat(pending("second")).isZero());
        complete(second);
        command(RunCommand.RESUME, broken);
        must(broken, RunState.PAUSED);
        assertThat(reason(broken)).contains("table public.first_log was dropped");
        command(RunCommand.RESUME, broken);
        must(broken, RunState.FAILED);
        assertThat(reason(broken)).contains("there is no table public.first_log");
        command(RunCommand.CANCEL, broken);
        must(broken, RunState.CANCELLED);
        assertThat(published("third")).isEqualTo("null");
    }

    @Test
    void shouldInspectNamedKeysBeforeItSaysThatNoneIsLeft() throws SQLException {
        try (Connection driver = TestPostgres.connect(database);
                Statement fence = driver.createStatement()) {
            fence.execute("SELECT pg_advisory_lock(" + Fence.CLASS_ID + ", n) FROM generate_series(1, 500) AS n");
            String plan = plan("first", "old 1", "old 2", "nobody");
            patiently().untilAsserted(() -> assertThat(reason(plan)).startsWith("waits: "));
            driveOnly(driver, plan);
            assertThatThrownBy(() -> step(plan)).hasMessageContaining("lock timeout");

            fence.execute("SELECT pg_advisory_unlock(" + Fence.CLASS_ID + ", n) FROM generate_series(1, 500) AS n");
            drive(plan, () -> run(plan).state() == RunState.PLANNED);

            assertThat(value("SELECT plan -> 'counts' ->> 'migrated' FROM godwit.run WHERE id = $1", plan))
                    .isEqualTo("2");
        }
    }
}
