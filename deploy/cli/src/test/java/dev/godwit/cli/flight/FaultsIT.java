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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each process is killed once in the middle of a run, with the application writing; {@code up} starts it again and nobody does anything else. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
    private static final String MIGRATION = "faults-items";
    private static final int ROWS = 2000;
    /** The database last: it takes the lock with it that keeps the run from ending before. */
    private static final List<String> VICTIMS =
            List.of("migration-service", "audit-service", "connect", "kafka", "postgres");

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

    @Test
    void shouldEndByItselfAndLoseNothingWhicheverProcessDies() throws Exception {
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
        try (FaultsTraffic traffic = new FaultsTraffic(stack);
                Connection holder = stack.connect()) {
            run = stack.startHeld(RunRequest.of(MIGRATION, true).withFollow(), holder, LAST_ROW);
            Run started = run;
            await().atMost(PATIENCE).until(() -> moved(started) >= ROWS / 10);
            for (String victim : VICTIMS) {
                killAndStart(victim);
                String fresh = traffic.nextItem();
                await(victim + " is back").atMost(PATIENCE).until(() -> !stack.query(
                                "SELECT 1 FROM faults.items WHERE id = md5(name)::uuid AND name = '" + fresh + "'")
                        .isEmpty());
            }
            stack.watch().until(run.id(), now -> now.state().equals("following") || now.isSettled());
            acknowledged = traffic.stop();
        }
        Run ended = stack.complete(run);

        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        everyRowMustHaveMovedOnce(ended, acknowledged);
        JsonNode report = stack.report(ended);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
        assertThat(report.path("counts")).isEqualTo(ended.json().path("counts"));
    }

    /** It is missed, and {@code up} starts it and nothing else. */
    private void killAndStart(String victim) {
        Map<String, Long> before = pids();
        stack.stack().killProcess(victim);
        assertThat(stack.stack().status())
                .anyMatch(component -> component.name().equals(victim) && !component.isHealthy());
        Stack.start(StackOptions.in(stack.stack().directory()));
        Map<String, Long> after = pids();
        assertThat(after).hasSameSizeAs(before);
        assertThat(after.get(victim)).isNotEqualTo(before.get(victim));
        after.remove(victim);
        before.remove(victim);
        assertThat(after).isEqualTo(before);
    }

    private Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        stack.stack().describe().processes().forEach((name, process) -> pids.put(name, process.pid()));
        return pids;
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
