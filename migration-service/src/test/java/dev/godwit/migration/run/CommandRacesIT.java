package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that arrive while whoever drives the run moves it on. */
class CommandRacesIT {

    private Engine engine;
    private EngineRun run;
    private RunCommands commands;

    @BeforeEach
    void begin() {
        engine = Engine.on(
                "races", "CREATE TABLE doc (id text PRIMARY KEY, wanted text)", "INSERT INTO doc VALUES ('a', 'x')");
        run = engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        commands = new RunCommands(engine.runs(), engine.chunks(), new CommandLog(engine.runs()));
    }

    @ParameterizedTest
    @CsvSource({
        "PAUSE,backfilling,following,paused",
        "CANCEL,backfilling,following,cancelling",
        "CANCEL,verifying,following,cancelling",
        "ROLLBACK,cancelled,failed,rolling-back"
    })
    void shouldNotBeLostWhenTheRunMovesOn(RunCommand command, String seen, String meanwhile, String after)
            throws SQLException {
        state(seen);
        CompletableFuture<Void> asked = whileTheFenceIsHeld(command, meanwhile);

        assertThat(asked).succeedsWithin(Duration.ofSeconds(20));
        assertThat(run.row().state().wireName()).isEqualTo(after);
    }

    @Test
    void shouldBeRefusedWhenTheRunHasEndedMeanwhile() throws SQLException {
        state("verifying");

        CompletableFuture<Void> asked = whileTheFenceIsHeld(RunCommand.CANCEL, "completed");

        assertThat(asked)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("is completed: it cannot cancel now");
        assertThat(engine.value("SELECT count(*) FROM godwit.command")).isEqualTo("0");
    }

    /** The command has read the run's state, and waits to change it while the run moves on. */
    private CompletableFuture<Void> whileTheFenceIsHeld(RunCommand command, String meanwhile) throws SQLException {
        try (Connection batch = TestPostgres.connect(engine.database());
                Statement statement = batch.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + Fence.CLASS_ID + ", "
                    + run.row().serial() + ")");
            CompletableFuture<Void> asked = commands.handle(command, run.id(), "command", "test", Optional.empty())
                    .subscribeAsCompletionStage();
            Awaitility.await().until(() -> engine.value(
                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                    .equals("1"));
            state(meanwhile);
            return asked;
        }
    }

    private void state(String state) {
        engine.query("UPDATE godwit.run SET state = $2 WHERE id = $1", run.id(), state);
    }
}
