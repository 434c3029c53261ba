package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestConnector;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Runs on the whole service: what tests of it share. Every test begins with fresh tables, and ends with no run in hand. */
abstract class LiveRuns extends ServiceRuns {

    private static final String TABLES = """
            CREATE TABLE %1$s (id text PRIMARY KEY, wanted text NOT NULL);
            INSERT INTO %1$s SELECT 'old ' || n, 'new ' || n FROM generate_series(1, 20) AS n;
            """;

    @Inject
    RunSteps steps;

    TestConnector connector;

    @BeforeEach
    void createTables() {
        execute("DROP TABLE IF EXISTS first, second, third, first_log, link, strict, parted CASCADE");
        execute(TABLES.formatted("first"));
        execute(TABLES.formatted("second"));
        execute(TABLES.formatted("third"));
        execute("CREATE TABLE first_log (id int PRIMARY KEY, first_id text, third_id text)");
        connector = new TestConnector(database, LiveService.SLOT);
    }

    @AfterEach
    void endRuns() {
        connector.goOn();
        values(
                        "SELECT id FROM godwit.run WHERE state IN ('planning', 'backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        patiently().untilAsserted(() -> assertThat(
                        values("SELECT id FROM godwit.run WHERE state IN ('cancelling', 'rolling-back')"))
                .isEmpty());
        connector.close();
    }

    String following(String migration) {
        String run = start(migration, true);
        patiently().until(() -> run(run).state() == RunState.FOLLOWING);
        return run;
    }

    String start(String migration, boolean follow) {
        return start(migration, true, Optional.empty(), List.of(), follow);
    }

    String plan(String migration, String... only) {
        return start(migration, false, Optional.empty(), List.of(only), false);
    }

    String startLimited(String migration, long limit) {
        return start(migration, true, Optional.of(limit), List.of(), false);
    }

    /** Keeps the service from driving this run on, so that the test does; until the connection ends. */
    void driveOnly(Connection driver, String run) throws SQLException {
        drive(driver, "SELECT pg_advisory_lock(" + RunDriver.DRIVER + ", " + run(run).serial() + ")");
    }

    /** The same for every run that may be started. */
    static void driveAll(Connection driver) throws SQLException {
        drive(driver, "SELECT pg_advisory_lock(" + RunDriver.DRIVER + ", n) FROM generate_series(1, 500) AS n");
    }

    private static void drive(Connection driver, String lock) throws SQLException {
        try (Statement statement = driver.createStatement()) {
            statement.execute(lock);
        }
    }

    /** Reasons of all outcomes that a run has told. */
    List<String> reasons(String run) {
        return values(
                "SELECT o ->> 'reason' FROM godwit.outbox, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'outcomes') AS o WHERE subject = $1",
                run);
    }

    void must(String run, RunState state) {
        patiently().untilAsserted(() -> assertThat(run(run).state()).isEqualTo(state));
    }

    String reason(String run) {
        return value("SELECT reason FROM godwit.run WHERE id = $1", run);
    }

    /** The columns by which a table is published; null when it is not. */
    String published(String table) {
        return value(
                "SELECT max(attnames::text) FROM pg_publication_tables WHERE pubname = 'godwit' AND tablename = $1",
                table);
    }

    void complete(String run) {
        patiently().until(() -> run(run).state() == RunState.FOLLOWING);
        command(RunCommand.COMPLETE, run);
        patiently().until(() -> run(run).state() == RunState.COMPLETED);
    }

    void step(String id) {
        await(steps.step(run(id)));
    }

    void drive(String id, Supplier<Boolean> until) {
        patiently().until(() -> {
            step(id);
            return until.get();
        });
    }

    void insert(String table, int from, int to) {
        execute("INSERT INTO " + table + " SELECT 'old ' || n, 'new ' || n FROM generate_series(" + from + ", " + to
                + ") AS n");
    }

    long pending(String table) {
        return Long.parseLong(value("SELECT count(*) FROM " + table + " WHERE id <> wanted"));
    }
}
