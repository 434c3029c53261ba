package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.flight.Operations.End;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole service is killed at every moment of a batch, with runs of all kinds in hand, each held at its moment by a lock: in the end tables, outcomes and counters are those
 * of runs that nobody disturbed.
 */
@ExtendWith(LiveStackExtension.class)
class KillsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String SERVICE = "migration-service";
    private static final String REKEY = Operations.name("rekey");
    private static final String TRANSFORM = Operations.name("transform");
    private static final String DERIVE = Operations.name("derive");
    private static final String IMPORT = Operations.name("import");
    private static final String SCHEMA = Operations.name("schema");

    private final LiveStack stack;
    private final Operations operations;
    private final Map<String, Run> runs = new TreeMap<>();

    KillsIT(LiveStack stack) {
        this.stack = stack;
        this.operations = new Operations(stack);
    }

    @AfterEach
    void drop() throws SQLException {
        operations.drop();
    }

    @Test
    void shouldEndAsIfNothingHadHappenedWheneverTheServiceIsKilled() throws Exception {
        try (BatchHolds holds = new BatchHolds(stack)) {
            operations.define();
            operations.load();
            Operations.names().forEach(name -> runs.put(name, stack.migration().start(RunRequest.of(name, true))));
            Map<String, End> there = settled(holds, Operations.names(), "completed");
            askRollback(Operations.names());
            Map<String, End> back = settled(holds, Operations.names(), "rolled-back");
            operations.load();
            runs.clear();
            Map<String, List<String>> before = operations.contents();

            beforeCommitAndInTheMiddleOfABlob(holds, before);
            Map<String, End> thereAgain = settled(holds, List.of(REKEY, DERIVE, SCHEMA), "completed");
            betweenCommitAndAcknowledgementAndWhileValidating(holds);
            thereAgain.putAll(settled(holds, List.of(TRANSFORM, IMPORT), "completed"));
            duringRollback(holds);
            Map<String, End> backAgain = settled(holds, Operations.names(), "rolled-back");

            assertThat(thereAgain).isEqualTo(there);
            assertThat(backAgain).isEqualTo(back);
            assertThat(operations.contents()).isEqualTo(before);
        }
    }

    /** Kills twice: at the second time, what was held before its COMMIT is committed, but cannot be acknowledged. */
    private void beforeCommitAndInTheMiddleOfABlob(BatchHolds holds, Map<String, List<String>> before)
            throws Exception {
        try (Connection reader = stack.connect()) {
            holdSnapshot(reader, "SELECT 1");
            holds.hold(REKEY, TRANSFORM, DERIVE, IMPORT);
            holds.startTogether(List.of(REKEY, TRANSFORM, DERIVE, IMPORT), IMPORT)
                    .forEach((name, run) -> runs.put(name, stack.migration().run(run)));
            awaitHeld(holds, REKEY, TRANSFORM, DERIVE);
            runs.put(SCHEMA, stack.migration().start(RunRequest.of(SCHEMA, true)));
            await().atMost(PATIENCE).until(() -> !builders().isEmpty());
            holds.letGo(runs.get(IMPORT).id());
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
                holds.spread(runs.get(IMPORT).id());
                return operations.isBlobUnfinished();
            });
            kill();
            assertThat(holds.held(List.of(REKEY, TRANSFORM, DERIVE)))
                    .as("before COMMIT")
                    .isEqualTo(3);
            holds.endHeldSessions();
            assertThat(operations.blobs()).as("in the middle of a blob").isEmpty();
            assertThat(operations.contents()).isEqualTo(before);
            stack.queryState("SELECT pg_terminate_backend(" + builders().get(0) + ", 5000)");
            String half = operations.index();
            assertThat(half).as("half an index").endsWith(" f");
            theIndexMustBeBegun();
            restart();

            awaitHeld(holds, REKEY, TRANSFORM, DERIVE, IMPORT);
            await().atMost(PATIENCE).until(() -> !builders().isEmpty());
            assertThat(operations.index()).as("made anew").isNotEqualTo(half);
            stack.stack().signalProcess("kafka", "STOP");
            holds.release(REKEY, TRANSFORM, DERIVE);
            for (String name : List.of(REKEY, TRANSFORM, DERIVE)) {
                await().atMost(PATIENCE)
                        .until(() -> holds.open(runs.get(name).id()).isEmpty());
            }
            kill();
            assertThat(holds.held(List.of(IMPORT))).as("before COMMIT").isOne();
            holds.endHeldSessions();
        }
        await().atMost(PATIENCE).until(() -> operations.index().endsWith(" t"));
        String left = operations.index();
        theIndexMustBeBegun();
        stack.stack().signalProcess("kafka", "CONT");
        holds.hold(BatchHolds.VALIDATION);
        restart();
        await().atMost(PATIENCE).until(() -> state(SCHEMA).equals("completed"));
        assertThat(operations.index()).as("what was finished is not made again").isEqualTo(left);
    }

    private void betweenCommitAndAcknowledgementAndWhileValidating(BatchHolds holds) throws Exception {
        awaitHeld(holds, IMPORT, BatchHolds.VALIDATION);
        holds.hold(REKEY, DERIVE);
        askRollback(List.of(REKEY, DERIVE));
        awaitHeld(holds, REKEY, DERIVE, IMPORT, BatchHolds.VALIDATION);
        stack.stack().signalProcess("kafka", "STOP");
        holds.release(IMPORT);
        await().atMost(PATIENCE).until(() -> holds.open(runs.get(IMPORT).id()).isEmpty());
        kill();
        assertThat(holds.held(List.of(REKEY, DERIVE, BatchHolds.VALIDATION)))
                .as("during rollback, and during validation")
                .isEqualTo(3);
        holds.endHeldSessions();
        stack.stack().signalProcess("kafka", "CONT");
        holds.release(BatchHolds.VALIDATION, REKEY, DERIVE);
        restart();
    }

    private void duringRollback(BatchHolds holds) throws Exception {
        settled(holds, List.of(REKEY, DERIVE), "rolled-back");
        try (Connection reader = stack.connect()) {
            holdSnapshot(reader, "SELECT 1 FROM kills.note");
            holds.hold(TRANSFORM, IMPORT);
            askRollback(List.of(TRANSFORM, IMPORT, SCHEMA));
            awaitHeld(holds, TRANSFORM, IMPORT);
            await().atMost(PATIENCE).until(() -> !droppers().isEmpty());
            kill();
            assertThat(holds.held(List.of(TRANSFORM, IMPORT)))
                    .as("during rollback")
                    .isEqualTo(2);
            holds.endHeldSessions();
            stack.queryState("SELECT pg_terminate_backend(" + droppers().get(0) + ", 5000)");
        }
        holds.release(TRANSFORM, IMPORT);
        restart();
    }

    /** Whichever of them are held, the workers that are left take the others. */
    private void awaitHeld(BatchHolds holds, String... names) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            spread(holds);
            return holds.held(List.of(names)) == names.length;
        });
    }

    private void spread(BatchHolds holds) {
        try {
            for (Run run : runs.values()) {
                holds.spread(run.id());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void askRollback(List<String> names) {
        names.forEach(name -> stack.migration().rollback(runs.get(name).id(), true, "test", Optional.empty()));
    }

    private String state(String name) {
        return stack.migration().run(runs.get(name).id()).state();
    }

    /** How these runs ended, once they have come there. */
    private Map<String, End> settled(BatchHolds holds, List<String> names, String state) throws SQLException {
        Map<String, End> ends = new TreeMap<>();
        for (String name : names) {
            Run ended = stack.watch().until(runs.get(name).id(), run -> {
                spread(holds);
                return run.state().equals(state) || run.state().equals("failed");
            });
            assertThat(ended.state()).as("%s: %s", name, ended.reason()).isEqualTo(state);
            JsonNode report = stack.report(ended);
            assertThat(report.path("complete").asBoolean()).as(name).isTrue();
            assertThat(report.path("chainsIntact").asBoolean()).as(name).isTrue();
            ends.put(name, operations.end(name, ended));
        }
        return ends;
    }

    private void kill() {
        stack.stack().killProcess(SERVICE);
    }

    /** It is missed, and {@code up} starts it and nothing else. */
    private void restart() {
        Map<String, Long> before = pids();
        assertThat(stack.stack().status())
                .anyMatch(component -> component.name().equals(SERVICE) && !component.isHealthy());
        Stack.start(StackOptions.in(stack.stack().directory()));
        Map<String, Long> after = pids();
        assertThat(after.get(SERVICE)).isNotEqualTo(before.put(SERVICE, after.get(SERVICE)));
        assertThat(after).isEqualTo(before);
    }

    private Map<String, Long> pids() {
        Map<String, Long> pids = new TreeMap<>();
        stack.stack().describe().processes().forEach((name, process) -> pids.put(name, process.pid()));
        return pids;
    }

    /** Makes every index wait that is built without blocking; one that is dropped so waits for those who read its table. */
    private static void holdSnapshot(Connection reader, String read) throws SQLException {
        reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        reader.setAutoCommit(false);
        try (Statement statement = reader.createStatement()) {
            statement.execute(read);
        }
    }

    /** Sessions that have built an index and wait until it may be used. */
    private List<String> builders() throws SQLException {
        return stack.queryState(
                "SELECT pid FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'");
    }

    private List<String> droppers() throws SQLException {
        return stack.queryState(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DROP INDEX CONCURRENTLY%' AND state = 'active' AND wait_event_type = 'Lock'");
    }

    private void theIndexMustBeBegun() throws SQLException {
        assertThat(stack.queryState("SELECT state FROM godwit.statement WHERE number = 2 AND run_id = '"
                        + runs.get(SCHEMA).id() + "'"))
                .containsExactly("begun");
    }
}
