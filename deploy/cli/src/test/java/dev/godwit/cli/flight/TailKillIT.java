package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.AuditTrail.Outcome;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole service is killed when what a poll of several partitions brought has been committed, and before it stands anywhere that it has: it hears of all of it again, and finds
 * nothing left to do.
 */
@ExtendWith(LiveStackExtension.class)
class TailKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String SERVICE = "migration-service";
    private static final String MIGRATION = "tail-kill-papers";
    private static final int BEFORE = 10;
    private static final int FRESH = 40;

    /** How far the tail has come, and nobody writes it meanwhile. */
    private static final String HOLD = "SELECT next_offset FROM godwit.tail ORDER BY partition FOR UPDATE";

    private final LiveStack stack;

    TailKillIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS tail_kill CASCADE");
    }

    @Test
    void shouldTellOnceWhatItHearsTwice() throws SQLException {
        Run run = following();
        List<String> before;
        DatabaseUrl state = stack.stack().migrationDatabase();
        try (Connection holder = state.connect();
                Statement hold = holder.createStatement()) {
            holder.setAutoCommit(false);
            hold.execute(HOLD);
            before = offsets();
            stack.execute(
                    "INSERT INTO tail_kill.papers SELECT gen_random_uuid(), 'fresh ' || i FROM generate_series(1, "
                            + FRESH + ") AS i");
            // Whether one poll brings them all is not ours to say; the next would wait for the first.
            await().atMost(PATIENCE).until(() -> left() < FRESH);
            stack.stack().killProcess(SERVICE);
            endOrphans();
        }
        assertThat(offsets()).as("applied, and not said").isEqualTo(before);
        Stack.start(StackOptions.in(stack.stack().directory()));

        Run completed = stack.complete(run);
        assertThat(completed.state()).as(completed.reason()).isEqualTo("completed");
        assertThat(advanced(before)).as("partitions that the changes came by").isGreaterThan(1);
        assertThat(completed.count("migrated")).isEqualTo(BEFORE + FRESH);
        assertThat(stack.outcomes(completed))
                .filteredOn(outcome -> outcome.outcome().equals("migrated"))
                .extracting(Outcome::newKey)
                .doesNotHaveDuplicates()
                .hasSize(BEFORE + FRESH);
        JsonNode report = stack.report(completed);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
    }

    private Run following() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS tail_kill CASCADE;
                CREATE SCHEMA tail_kill;
                CREATE TABLE tail_kill.papers (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
                INSERT INTO tail_kill.papers SELECT gen_random_uuid(), 'old ' || i FROM generate_series(1, %d) AS i
                """.formatted(BEFORE));
        stack.define(MIGRATION, """
                migration: tail-kill-papers
                rekey:
                  table: tail_kill.papers
                  key: id
                  to: uuid5(namespace('papers'), name)
                """);
        Run run = stack.follow(MIGRATION);
        assertThat(run.state()).as(run.reason()).isEqualTo("following");
        assertThat(left()).isZero();
        return run;
    }

    /** Sessions of the killed service whose last statement waits for rows would do it yet. */
    private void endOrphans() throws SQLException {
        stack.queryState("SELECT pg_terminate_backend(pid, 10000)::text FROM pg_stat_activity"
                + " WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid() AND datname = current_database()");
    }

    /** A random id says so; one that is computed says that too. */
    private int left() throws SQLException {
        return Integer.parseInt(
                stack.value("SELECT count(*) FROM tail_kill.papers WHERE substr(id::text, 15, 1) <> '5'"));
    }

    private List<String> offsets() throws SQLException {
        return stack.queryState("SELECT partition || ':' || next_offset FROM godwit.tail ORDER BY partition");
    }

    private long advanced(List<String> before) throws SQLException {
        return offsets().stream().filter(now -> !before.contains(now)).count();
    }
}
