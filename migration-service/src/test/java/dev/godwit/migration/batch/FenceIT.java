package dev.godwit.migration.batch;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.WorkerSessions;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The fence between batches and changes of a run's state. */
class FenceIT {

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** Pause, cancel, complete, rollback, failure and all the others: whatever leads out of a state in which batches commit. */
    static Stream<Arguments> transitionsOutOfStatesWithBatches() {
        return Arrays.stream(RunState.values())
                .filter(from -> from.acceptsBatches() || from == RunState.ROLLING_BACK)
                .flatMap(from ->
                        Arrays.stream(RunState.values()).filter(from::mayBecome).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("transitionsOutOfStatesWithBatches")
    void shouldLetNoBatchCommitAfterItsRunLeftTheStateT2(RunState from, RunState to) {
        Engine engine = Engine.on(
                "fence",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y')");
        EngineRun run = engine.commit("""
                migration: docs
                rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}
                """);
        run.state(from);
        HeldSessions sessions = new HeldSessions(engine.config());
        Batches batches = new Batches(sessions);

        CompletableFuture<Ended> batch =
                run.keys(batches, EnumSet.of(from), List.of("a"), AT_ONCE).subscribeAsCompletionStage();
        sessions.reached.orTimeout(20, TimeUnit.SECONDS).join();
        CompletableFuture<Boolean> transition =
                engine.runs().transition(run.row(), to, Optional.empty()).subscribeAsCompletionStage();
        Awaitility.await().until(() -> engine.value(
                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 24744 AND NOT granted AND mode = 'ExclusiveLock'")
                .equals("1"));
        assertThat(transition).isNotDone();
        assertThat(run.row().state()).isEqualTo(from);

        sessions.gate.complete(null);
        assertThat(batch.join()).isInstanceOf(Ended.Committed.class);
        assertThat(transition.join()).isTrue();
        assertThat(engine.values("SELECT topic FROM godwit.outbox ORDER BY time"))
                .containsExactly("godwit.outcomes", "godwit.runs");

        assertThat(await(run.keys(batches, EnumSet.of(from), List.of("b"), AT_ONCE)))
                .isEqualTo(new Ended.Stopped(to));
        assertThat(engine.values("SELECT id FROM doc ORDER BY wanted")).containsExactly("x", "b");
    }

    /** Sessions whose first transaction waits when everything is done but COMMIT. */
    private static final class HeldSessions extends WorkerSessions {

        private final CompletableFuture<Void> reached = new CompletableFuture<>();
        private final CompletableFuture<Void> gate = new CompletableFuture<>();

        HeldSessions(GodwitConfig config) {
            super(TestPostgres.vertx(), config);
        }

        @Override
        public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
            return super.inTransaction(connection -> work.apply(connection)
                    .invoke(() -> reached.complete(null))
                    .call(() -> Uni.createFrom().completionStage(gate)));
        }
    }
}
