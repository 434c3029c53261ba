package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each process dies once in the middle of a run, with the application writing; {@code up} starts it again and nobody does anything else. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
    private static final String MIGRATION = "faults-items";
    private static final String INDEX_MIGRATION = "faults-index";
    private static final int ROWS = 5000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String LAST_ROW = "SELECT 1 FROM faults.items WHERE name = 'item " + ROWS + "' FOR UPDATE";

    private final LiveStack stack;

    FaultsIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void define() {
        stack.define(MIGRATION, """
                migration: faults-items
                rekey:
                  table: faults.items
                  key: id
                  to: md5(name)::uuid
                  references:
                    - {table: faults.visits, column: item_id}
                """);
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS faults CASCADE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"migration-service", "audit-service", "kafka", "connect", "postgres"})
    void shouldEndByItselfAndLoseNothing(String victim) throws Exception {
        stack.execute("""
                DROP SCHEMA IF EXISTS faults CASCADE;
                CREATE SCHEMA faults;
                CREATE TABLE faults.items (id uuid PRIMARY KEY, name text NOT NULL);
                CREATE TABLE faults.parts (id serial PRIMARY KEY, item_id uuid NOT NULL REFERENCES faults.items);
                CREATE INDEX ON faults.parts (item_id);
                CREATE TABLE faults.visits (id serial PRIMARY KEY, item_id uuid NOT NULL);
                CREATE INDEX ON faults.visits (item_id);
                INSERT INTO faults.items SELECT gen_random_uuid(), 'item ' || i FROM generate_series(1, %d) AS i;
                INSERT INTO faults.parts (item_id) SELECT id FROM faults.items;
                INSERT INTO faults.visits (item_id) SELECT id FROM faults.items;
                """.formatted(ROWS));

        Run run;
        Set<String> acknowledged;
        try (FaultsTraffic traffic = new FaultsTraffic(stack)) {
            try (Connection holder = stack.connect()) {
                run = stack.startHeld(RunRequest.of(MIGRATION, true).withFollow(), holder, LAST_ROW);
                Run started = run;
                await().atMost(PATIENCE).until(() -> moved(started) >= ROWS / 10);
                kill(victim);
            }
            Stack.start(StackOptions.in(stack.stack().directory()));
            stack.watch().until(run.id(), now -> now.state().equals("following") || now.isSettled());
            acknowledged = traffic.stop();
        }
        Run ended = stack.complete(run);

        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        assertThat(acknowledged).isNotEmpty();
        everyRowMustHaveMovedOnce(ended, acknowledged);
        JsonNode report = stack.report(ended);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
        assertThat(report.path("counts")).isEqualTo(ended.json().path("counts"));
    }

    /** Between a statement that no transaction covers and the record that it is done: it is interrupted half-way, or it ends and nobody is there to write that down. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMakeAnIndexOnceWhoseWorkerDied(boolean ends) throws Exception {
        stack.execute("""
                DROP SCHEMA IF EXISTS faults CASCADE;
                CREATE SCHEMA faults;
                CREATE TABLE faults.items (id uuid PRIMARY KEY, name text NOT NULL);
                INSERT INTO faults.items SELECT gen_random_uuid(), 'item ' || i FROM generate_series(1, 1000) AS i;
                """);
        stack.define(INDEX_MIGRATION, """
                migration: faults-index
                schema:
                  up: |
                    ALTER TABLE faults.items ADD COLUMN note text;
                    CREATE INDEX CONCURRENTLY items_by_name ON faults.items (name);
                    COMMENT ON COLUMN faults.items.note IS 'after the index';
                  down: |
                    DROP INDEX CONCURRENTLY IF EXISTS faults.items_by_name;
                    ALTER TABLE faults.items DROP COLUMN note;
                  provides:
                    columns: [faults.items.note]
                    indexes: [faults.items_by_name]
                """);

        Run run;
        String left;
        try (Connection reader = stack.connect()) {
            holdSnapshot(reader);
            run = stack.migration().start(RunRequest.of(INDEX_MIGRATION, true));
            await().atMost(PATIENCE).until(() -> !builders().isEmpty());
            stack.stack().killProcess("migration-service");
            if (ends) {
                reader.rollback();
                await().atMost(PATIENCE).until(() -> index().endsWith(" t"));
            } else {
                stack.queryState("SELECT pg_terminate_backend(" + builders().get(0) + ", 5000)");
            }
            left = index();
        }
        assertThat(left).endsWith(ends ? " t" : " f");
        assertThat(stack.queryState(
                        "SELECT state FROM godwit.statement WHERE number = 2 AND run_id = '" + run.id() + "'"))
                .containsExactly("begun");
        Stack.start(StackOptions.in(stack.stack().directory()));
        Run ended = stack.watch().untilSettled(run.id());

        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        assertThat(index()).endsWith(" t");
        assertThat(index().equals(left))
                .as("what was finished is not made again")
                .isEqualTo(ends);
        assertThat(stack.outcomes(ended))
                .extracting(outcome -> outcome.key() + " " + outcome.outcome())
                .containsExactlyInAnyOrder(
                        "faults-index/up/1 migrated", "faults-index/up/2 migrated", "faults-index/up/3 migrated");
        assertThat(stack.rollBack(ended).state()).isEqualTo("rolled-back");
        assertThat(stack.value("SELECT to_regclass('faults.items_by_name')")).isNull();
        stack.undefine(INDEX_MIGRATION);
    }

    /** Makes every index wait that is built without blocking. */
    private static void holdSnapshot(Connection reader) throws SQLException {
        reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        reader.setAutoCommit(false);
        try (Statement statement = reader.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    /** Sessions that have built an index and wait until it may be used. */
    private List<String> builders() throws SQLException {
        return stack.queryState(
                "SELECT pid FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'");
    }

    /** Which index it is, and whether it may be used. */
    private String index() throws SQLException {
        return stack.value(
                "SELECT indexrelid::bigint || ' ' || CASE WHEN indisvalid THEN 't' ELSE 'f' END FROM pg_index WHERE indexrelid = to_regclass('faults.items_by_name')");
    }

    private void kill(String victim) {
        if (victim.equals("postgres")) {
            stack.stack().signalProcess(victim, "QUIT");
            await().atMost(PATIENCE).until(() -> !stack.stack().isRunning(victim));
        } else {
            stack.stack().killProcess(victim);
        }
    }

    private void everyRowMustHaveMovedOnce(Run run, Set<String> acknowledged) throws SQLException {
        List<String> names = stack.query("SELECT name FROM faults.items");
        int items = names.size();
        assertThat(names)
                .doesNotHaveDuplicates()
                .containsAll(acknowledged)
                .hasSizeGreaterThanOrEqualTo(ROWS + acknowledged.size());
        assertThat(stack.query("SELECT name FROM faults.items WHERE id <> md5(name)::uuid"))
                .isEmpty();
        assertThat(
                        stack.query(
                                "SELECT v.item_id FROM faults.visits AS v WHERE NOT EXISTS (SELECT 1 FROM faults.items AS i WHERE i.id = v.item_id)"))
                .isEmpty();
        assertThat(Integer.parseInt(stack.value("SELECT count(*) FROM faults.visits")))
                .isGreaterThanOrEqualTo(ROWS + acknowledged.size());
        List<String> journal = stack.queryState(
                "SELECT count(*) || ' ' || count(DISTINCT old_key) || ' ' || count(DISTINCT new_key) FROM godwit.identity WHERE run_id = '"
                        + run.id() + "'");
        assertThat(journal).containsExactly(items + " " + items + " " + items);
        assertThat(run.count("migrated")).isEqualTo(items);
        assertThat(stack.outcomes(run))
                .filteredOn(outcome ->
                        outcome.outcome().equals("migrated") && outcome.table().equals("faults.items"))
                .hasSize(items)
                .extracting(outcome -> outcome.key())
                .doesNotHaveDuplicates();
    }

    private int moved(Run run) throws SQLException {
        return Integer.parseInt(
                stack.queryState("SELECT count(*) FROM godwit.identity WHERE run_id = '" + run.id() + "'")
                        .get(0));
    }
}
