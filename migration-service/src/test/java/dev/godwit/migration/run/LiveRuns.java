package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestConnector;
import dev.godwit.migration.testing.TestPostgres;
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

/** Runs on the whole service: what tests of it share. Every test begins with fresh tables, and ends with no run in hand. */
abstract class LiveRuns {

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

    String start(String migration, boolean commit, Optional<Long> limit, List<String> only, boolean follow) {
        return await(start(UUID.randomUUID().toString(), migration, commit, limit, only, follow))
                .getString("run");
    }

    /** The start by a command of this id, not yet sent. */
    Uni<JsonObject> start(
            String commandId,
            String migration,
            boolean commit,
            Optional<Long> limit,
            List<String> only,
            boolean follow) {
        return services.start(new StartCommand(
                commandId,
                migration,
                commit,
                limit,
                only,
                Optional.empty(),
                follow,
                Optional.empty(),
                "test",
                Optional.empty()));
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

    void command(RunCommand command, String run) {
        await(services.command(command, run, UUID.randomUUID().toString(), "test", Optional.empty()));
    }

    void complete(String run) {
        patiently().until(() -> run(run).state() == RunState.FOLLOWING);
        command(RunCommand.COMPLETE, run);
        patiently().until(() -> run(run).state() == RunState.COMPLETED);
    }

    Run run(String id) {
        return await(runs.find(id)).orElseThrow();
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

    void execute(String sql) {
        TestPostgres.execute(database, sql);
    }

    String value(String sql, Object... parameters) {
        return values(sql, parameters).get(0);
    }

    List<String> values(String sql, Object... parameters) {
        List<String> values = new ArrayList<>();
        for (Row row : await(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
            values.add(String.valueOf(row.getValue(0)));
        }
        return values;
    }

    @CanIgnoreReturnValue
    static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }

    static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
