package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestConnector;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command's id and its effect are one: neither is ever there without the other, whoever brings the command, how often, and beside whom. */
@QuarkusTest
@TestProfile(LiveService.class)
class CommandsOnceIT {

    private static final String TABLE = """
            DROP TABLE IF EXISTS second;
            CREATE TABLE second (id text PRIMARY KEY, wanted text NOT NULL);
            INSERT INTO second SELECT 'old ' || n, 'new ' || n FROM generate_series(1, 20) AS n;
            """;

    @ConfigProperty(name = "godwit.database.name")
    String database;

    @Inject
    RunServices services;

    @Inject
    Runs runs;

    @Inject
    Pool pool;

    private TestConnector connector;

    @BeforeEach
    void createTables() {
        TestPostgres.execute(database, TABLE);
        connector = new TestConnector(database, LiveService.SLOT);
    }

    @AfterEach
    void endRuns() {
        values("SELECT id FROM godwit.run WHERE state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        Awaitility.await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(
                        values("SELECT id FROM godwit.run WHERE state = 'cancelling'"))
                .isEmpty());
        connector.close();
    }

    @Test
    void shouldStartOneRunWhenOneCommandComesFourTimesAtOnce() {
        String commandId = UUID.randomUUID().toString();

        List<JsonObject> answers = await(Uni.join()
                .all(start(commandId, false), start(commandId, false), start(commandId, false), start(commandId, false))
                .andFailFast());

        assertThat(values("SELECT id FROM godwit.run WHERE command_id = $1", commandId))
                .hasSize(1)
                .containsAll(
                        answers.stream().map(answer -> answer.getString("run")).toList());
    }

    @Test
    void shouldLeaveTheIdFreeWhenTheStartWasRefused() {
        String inHand = await(start(UUID.randomUUID().toString(), true)).getString("run");
        String commandId = UUID.randomUUID().toString();
        assertThatThrownBy(() -> await(start(commandId, true))).hasMessageContaining(inHand);
        assertThat(values("SELECT id FROM godwit.command WHERE id = $1", commandId))
                .isEmpty();

        awaitState(inHand, RunState.FOLLOWING);
        command(RunCommand.CANCEL, inHand);
        awaitState(inHand, RunState.CANCELLED);

        assertThat(await(start(commandId, true)).getString("run")).isNotEqualTo(inHand);
    }

    @Test
    void shouldRefuseARequestThatMeetsTheEndOfItsRun() {
        String run = await(start(UUID.randomUUID().toString(), true)).getString("run");
        awaitState(run, RunState.FOLLOWING);
        String commandId = UUID.randomUUID().toString();
        int serial = Integer.parseInt(
                values("SELECT serial FROM godwit.run WHERE id = $1", run).get(0));

        Uni<JsonObject> request = services.migrate(commandId, "second", List.of("old 1"), "test")
                .memoize()
                .indefinitely();
        await(runs.inTransaction(connection -> connection
                .preparedQuery("SELECT pg_advisory_xact_lock($1, $2)")
                .execute(Tuple.of(Batches.FENCE, serial))
                .invoke(() -> request.subscribe().with(answer -> {}, failure -> {}))
                .chain(this::someoneWaitsForTheFence)
                .chain(() -> connection
                        .preparedQuery("UPDATE godwit.run SET state = 'completed' WHERE id = $1")
                        .execute(Tuple.of(run)))));

        assertThatThrownBy(() -> await(request)).isInstanceOf(Refusal.class).hasMessageContaining("is in hand");
        assertThat(values("SELECT key FROM godwit.pending_key WHERE command_id = $1", commandId))
                .isEmpty();
        assertThat(values("SELECT id FROM godwit.command WHERE id = $1", commandId))
                .isEmpty();
        TestPostgres.execute(database, "UPDATE godwit.run SET state = 'following' WHERE id = '" + run + "'");
    }

    private Uni<Void> someoneWaitsForTheFence() {
        return pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = " + Batches.FENCE
                        + " AND mode = 'ShareLock' AND NOT granted")
                .execute()
                .repeat()
                .withDelay(Duration.ofMillis(20))
                .until(rows -> rows.size() > 0)
                .collect()
                .last()
                .replaceWithVoid();
    }

    @Test
    void shouldEnterKeysOnceWhenOneRequestComesTwiceAtOnce() {
        String run = await(start(UUID.randomUUID().toString(), true)).getString("run");
        awaitState(run, RunState.FOLLOWING);
        command(RunCommand.PAUSE, run);
        String commandId = UUID.randomUUID().toString();

        await(Uni.join()
                .all(
                        services.migrate(commandId, "second", List.of("old 1", "nobody"), "test"),
                        services.migrate(commandId, "second", List.of("old 1", "nobody"), "test"))
                .andFailFast());

        assertThat(values("SELECT key FROM godwit.pending_key WHERE command_id = $1 ORDER BY key", commandId))
                .containsExactly("nobody", "old 1");
    }

    private Uni<JsonObject> start(String commandId, boolean commit) {
        return services.start(new StartCommand(
                commandId,
                "second",
                commit,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                true,
                Optional.empty(),
                "test",
                Optional.empty()));
    }

    private void command(RunCommand command, String run) {
        await(services.command(command, run, UUID.randomUUID().toString(), "test", Optional.empty()));
    }

    private void awaitState(String run, RunState state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .until(() -> await(runs.find(run)).orElseThrow().state() == state);
    }

    private List<String> values(String sql, Object... parameters) {
        List<String> values = new ArrayList<>();
        for (Row row : await(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
            values.add(String.valueOf(row.getValue(0)));
        }
        return values;
    }

    @CanIgnoreReturnValue
    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }
}
