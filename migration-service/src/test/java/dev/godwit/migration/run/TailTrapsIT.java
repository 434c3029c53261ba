package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestConnector;
import dev.godwit.migration.testing.TestKafka;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ways in which a tail loses changes or says falsely that it has seen them all, each with the number that the design knows it by; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class TailTrapsIT {

    private static final String TABLES = """
            CREATE TABLE %1$s (id text PRIMARY KEY, wanted text NOT NULL);
            INSERT INTO %1$s SELECT 'old ' || n, 'new ' || n FROM generate_series(1, 20) AS n;
            """;

    @ConfigProperty(name = "godwit.database.name")
    String database;

    @Inject
    RunServices services;

    @Inject
    RunSteps steps;

    @Inject
    Runs runs;

    @Inject
    Pool pool;

    private TestConnector connector;

    @BeforeEach
    void createTables() {
        execute("DROP TABLE IF EXISTS first, second, third, first_log, link CASCADE");
        execute(TABLES.formatted("first"));
        execute(TABLES.formatted("second"));
        execute(TABLES.formatted("third"));
        execute("CREATE TABLE first_log (id int PRIMARY KEY, first_id text, third_id text)");
        connector = new TestConnector(database, LiveService.SLOT);
    }

    @AfterEach
    void endRuns() {
        connector.goOn();
        values("SELECT id FROM godwit.run WHERE state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        patiently().untilAsserted(() -> assertThat(values("SELECT id FROM godwit.run WHERE state = 'cancelling'"))
                .isEmpty());
        connector.close();
    }

    @Test
    void shouldKeepChangesOfAPausedRunAndLetOthersPassT09() {
        String first = following("first");
        String second = following("second");
        command(RunCommand.PAUSE, first);

        insert("first", 21, 24);
        insert("second", 21, 24);
        complete(second);

        assertThat(pending("second")).isZero();
        patiently().untilAsserted(() -> assertThat(
                        values("SELECT key FROM godwit.pending_key WHERE run_id = $1 ORDER BY key", first))
                .containsExactly("old 21", "old 22", "old 23", "old 24"));
        command(RunCommand.RESUME, first);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
        assertThat(value("SELECT rounds FROM godwit.run WHERE id = $1", first)).isEqualTo("0");
    }

    @Test
    void shouldScanOnceMoreInsteadOfKeepingChangesWithoutLimitT09() {
        String first = following("first");
        command(RunCommand.PAUSE, first);

        insert("first", 21, 21 + 4 * LiveService.PARKED_KEYS_MAX);

        patiently().until(() -> value("SELECT rescan FROM godwit.run WHERE id = $1", first), "true"::equals);
        patiently().untilAsserted(() -> assertThat(
                        value("SELECT count(*) FROM godwit.pending_key WHERE run_id = $1", first))
                .isEqualTo("0"));
        command(RunCommand.RESUME, first);
        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWithATopicThatWasMadeAnewT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        connector.lose();
        TestKafka.recreate("godwit.changes");
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWhenOffsetsWereResetT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        connector.lose();
        execute("UPDATE godwit.tail SET next_offset = next_offset + 1000");
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWithASlotThatWasMadeAnewT10() {
        String first = following("first");
        connector.stop();
        connector.dropSlot();
        insert("first", 21, 22);
        connector.createSlot();
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWithoutAHeartbeatT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        execute("INSERT INTO godwit.heartbeat DEFAULT VALUES");
        connector.lose();
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldCompleteAsOfAMomentAfterTheScanT22() throws SQLException {
        String id = following("first");
        try (Connection driver = TestPostgres.connect(database);
                Statement statement = driver.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + RunDriver.DRIVER + ", " + run(id).serial() + ")");
            command(RunCommand.COMPLETE, id);
            drive(
                    id,
                    () -> run(id).state() == RunState.VERIFYING
                            && run(id).phase().equals("prove"));
            connector.stop();
            insert("first", 21, 22);
            String scanned = value("SELECT pg_current_wal_insert_lsn()::text");
            for (int i = 0; i < 5; i++) {
                step(id);
                assertThat(run(id).state()).isEqualTo(RunState.VERIFYING);
            }

            connector.goOn();
            drive(id, () -> run(id).state() == RunState.COMPLETED);

            assertThat(pending("first")).isZero();
            assertThat(value("SELECT (as_of >= $2::text::pg_lsn)::text FROM godwit.run WHERE id = $1", id, scanned))
                    .isEqualTo("true");
            assertThat(await(services.run(id)).getString("asOf"))
                    .isEqualTo(value("SELECT as_of::text FROM godwit.run WHERE id = $1", id));
        }
    }

    @Test
    void shouldNotWaitForATransactionOfAnotherTimelineT26() {
        String first = following("first");
        long never = Long.parseLong(value("SELECT pg_current_xact_id()::text")) + 1_000_000;

        connector.send("public.first", new JsonObject().put("id", "old 1"), false, never);

        mustScanOnceMore(first);
    }

    @Test
    void shouldScanOnceMoreOnAnotherTimelineT26() {
        String first = following("first");

        execute("UPDATE godwit.source SET timeline = timeline + 1");

        mustScanOnceMore(first);
        assertThat(value("SELECT timeline FROM godwit.source"))
                .isEqualTo(value("SELECT timeline_id FROM pg_control_checkpoint()"));
    }

    @Test
    void shouldRefuseARunThatSharesATableWithAnotherT06() {
        String first = following("first");

        for (String other : List.of("first", "overlapping")) {
            assertThatThrownBy(() -> start(other, false))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("overlapping_run"))
                    .hasMessageContaining(first);
        }
        assertThat(value("SELECT count(*) FROM godwit.run WHERE state = 'following'"))
                .isEqualTo("1");
        complete(first);
        complete(start("overlapping", true));
    }

    @Test
    void shouldRefuseARunWhoseTableAnotherReachesByCascadeT06() {
        execute("CREATE TABLE link (first_id text PRIMARY KEY REFERENCES first)");
        execute("ALTER TABLE second ADD link_id text REFERENCES link ON UPDATE CASCADE");
        String first = following("first");

        assertThatThrownBy(() -> start("second", false)).hasMessageContaining(first);
    }

    @Test
    void shouldNotRollBackUnderARunThatSharesATableT06() {
        String first = following("first");
        complete(first);
        String second = following("overlapping");

        assertThatThrownBy(() -> command(RunCommand.ROLLBACK, first))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(second);
        assertThat(run(first).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void shouldTranslateReferencesThatComeLateT03() throws SQLException {
        String first = following("first");
        try (Connection application = TestPostgres.connect(database);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO first_log VALUES (1, 'old 21')");
            insert("first", 21, 21);
            patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
            application.commit();
        }
        execute("INSERT INTO first_log VALUES (2, 'old 21'), (3, 'old 22')");

        patiently().untilAsserted(() -> assertThat(values("SELECT first_id FROM first_log ORDER BY id"))
                .containsExactly("new 21", "new 21", "old 22"));
        assertThat(values(
                        "SELECT o ->> 'reason' FROM godwit.outbox, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'outcomes') AS o"
                                + " WHERE subject = $1 AND o ->> 'table' = 'public.first_log'",
                        first))
                .containsExactly("late_reference", "late_reference");
        complete(first);
    }

    /** What was lost is found by a scan, not by luck: verification has nothing to repair. */
    private void mustScanOnceMore(String run) {
        complete(run);
        assertThat(pending("first")).isZero();
        assertThat(value("SELECT rescan FROM godwit.run WHERE id = $1", run)).isEqualTo("false");
        assertThat(value("SELECT rounds FROM godwit.run WHERE id = $1", run)).isEqualTo("0");
        assertThat(values(
                        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'reason' FROM godwit.outbox WHERE subject = $1"
                                + " AND type = 'dev.godwit.run.state-changed' AND convert_from(payload, 'UTF8')::jsonb ->> 'previousState' = 'following'",
                        run))
                .contains("changes were lost: the tables are scanned once more");
    }

    private String following(String migration) {
        String run = start(migration, true);
        patiently().until(() -> run(run).state() == RunState.FOLLOWING);
        return run;
    }

    private String start(String migration, boolean follow) {
        StartCommand command = new StartCommand(
                UUID.randomUUID().toString(),
                migration,
                true,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                follow,
                Optional.empty(),
                "test",
                Optional.empty());
        return await(services.start(command)).getString("run");
    }

    private void command(RunCommand command, String run) {
        await(services.command(command, run, UUID.randomUUID().toString(), "test", Optional.empty()));
    }

    private void complete(String run) {
        patiently().until(() -> run(run).state() == RunState.FOLLOWING);
        command(RunCommand.COMPLETE, run);
        patiently().until(() -> run(run).state() == RunState.COMPLETED);
    }

    private Run run(String id) {
        return await(runs.find(id)).orElseThrow();
    }

    private void step(String id) {
        await(steps.step(run(id)));
    }

    private void drive(String id, Supplier<Boolean> until) {
        patiently().until(() -> {
            step(id);
            return until.get();
        });
    }

    private void insert(String table, int from, int to) {
        execute("INSERT INTO " + table + " SELECT 'old ' || n, 'new ' || n FROM generate_series(" + from + ", " + to
                + ") AS n");
    }

    private long pending(String table) {
        return Long.parseLong(value("SELECT count(*) FROM " + table + " WHERE id <> wanted"));
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

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
