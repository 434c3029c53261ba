package dev.godwit.migration.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.StoppableWorker;
import dev.godwit.migration.testing.StoppableWorker.Hang;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A worker process that is stopped for good in the middle of a batch, by a real signal. */
class StoppedWorkerIT {

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "READING"})
    void shouldHoldNeitherTheApplicationNorTheRunUpWhenAWorkerProcessStopsT14(Hang hang) throws Exception {
        Engine engine = Engine.on(
                "sigstop",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, at int NOT NULL DEFAULT 0)",
                "INSERT INTO doc VALUES ('a', 'x')");
        EngineRun run = engine.commit("""
                migration: docs
                rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}
                """);

        try (StoppableWorker worker = StoppableWorker.start(engine, run, "a", hang)) {
            assertThat(worker.says()).isEqualTo("held");
            worker.stop();
            long stopped = System.nanoTime();

            engine.execute("SET statement_timeout = '20s'; UPDATE doc SET at = 5 WHERE wanted = 'x'");
            Duration stall = Duration.ofNanos(System.nanoTime() - stopped);
            Engine.await(engine.runs().transition(run.row(), RunState.PAUSED, Optional.empty()));

            assertThat(stall).isBetween(Duration.ofMillis(500), Duration.ofSeconds(3));
            assertThat(Duration.ofNanos(System.nanoTime() - stopped)).isLessThan(Duration.ofSeconds(3));
            worker.goOn();
            assertThat(worker.says()).startsWith("failed");
        }
        assertThat(engine.value("SELECT id || at FROM doc")).isEqualTo("a5");
        assertThat(engine.events("godwit.outcomes")).isEmpty();
    }
}
