package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The service is asked to end in the middle of a backfill, as orchestrators do: it is gone before they lose their patience, and the run goes on with the next one. */
@ExtendWith(LiveStackExtension.class)
class EndingIT {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);
    private static final String SERVICE = "migration-service";
    private static final String MIGRATION = "ending-papers";
    private static final int ROWS = 600;

    /** So that the run would still be at work when whatever ends the service has happened. */
    private static final int PER_SECOND = 100;

    private final LiveStack stack;

    EndingIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeEach
    void define() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS ending CASCADE;
                CREATE SCHEMA ending;
                CREATE TABLE ending.papers (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
                INSERT INTO ending.papers SELECT gen_random_uuid(), 'paper ' || i FROM generate_series(1, %d) AS i
                """.formatted(ROWS));
        stack.define(MIGRATION, """
                migration: ending-papers
                rekey:
                  table: ending.papers
                  key: id
                  to: uuid5(namespace('papers'), name)
                """);
    }

    @AfterEach
    void drop() throws SQLException {
        start();
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS ending CASCADE");
    }

    @Test
    void shouldGiveBackItsChunkAndBeGone() throws SQLException {
        Run run = atWork();
        int epochs = epochs(run);

        endInTime();

        assertThat(epochs(run)).as("given back").isGreaterThan(epochs);
        start();
        mustComplete(run);
    }

    @Test
    void shouldBeGoneThoughTheBrokerDoesNotAnswer() throws SQLException {
        Run run = atWork();
        stack.stack().signalProcess("kafka", "STOP");
        try {
            endInTime();
        } finally {
            stack.stack().signalProcess("kafka", "CONT");
        }
        start();
        mustComplete(run);
    }

    @Test
    void shouldBeGoneThoughTheDatabaseDoesNotAnswer() throws SQLException {
        Run run = atWork();
        stack.wire().orElseThrow().stall(true);
        try {
            endInTime();
        } finally {
            stack.wire().orElseThrow().stall(false);
        }
        start();
        mustComplete(run);
    }

    private Run atWork() {
        Run run = stack.migration().start(RunRequest.of(MIGRATION, true).withMaxRate(PER_SECOND));
        stack.watch().until(run.id(), now -> now.count("migrated") > 0 || now.isSettled());
        return run;
    }

    private void endInTime() {
        stack.stack().signalProcess(SERVICE, "TERM");
        await().atMost(GONE_WITHIN).pollInterval(Duration.ofMillis(50)).until(() -> !stack.stack()
                .isRunning(SERVICE));
    }

    private void start() {
        Stack unused = Stack.start(StackOptions.in(stack.stack().directory()));
    }

    private void mustComplete(Run run) throws SQLException {
        Run ended = stack.watch().untilSettled(run.id());
        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        assertThat(ended.count("migrated")).isEqualTo(ROWS);
        assertThat(stack.value("SELECT count(*) FROM ending.papers WHERE substr(id::text, 15, 1) = '5'"))
                .isEqualTo(Integer.toString(ROWS));
        JsonNode report = stack.report(ended);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
    }

    private int epochs(Run run) throws SQLException {
        return Integer.parseInt(
                stack.queryState("SELECT sum(epoch) FROM godwit.chunk WHERE run_id = '" + run.id() + "'")
                        .get(0));
    }
}
