package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Fence;
import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A command's id and its effect are one: neither is ever there without the other, whoever brings the command, how often, and beside whom. */
@QuarkusTest
@TestProfile(LiveService.class)
class CommandsOnceIT extends LiveRuns {

    @Test
    void shouldStartOneRunWhenOneCommandComesFourTimesAtOnce() {
        String commandId = UUID.randomUUID().toString();

        List<JsonObject> answers = await(Uni.join()
                .all(
                        byCommand(commandId, false),
                        byCommand(commandId, false),
                        byCommand(commandId, false),
                        byCommand(commandId, false))
                .andFailFast());

        assertThat(values("SELECT id FROM godwit.run WHERE command_id = $1", commandId))
                .hasSize(1)
                .containsAll(
                        answers.stream().map(answer -> answer.getString("run")).toList());
    }

    @Test
    void shouldLeaveTheIdFreeWhenTheStartWasRefused() {
        String inHand = await(byCommand(UUID.randomUUID().toString(), true)).getString("run");
        String commandId = UUID.randomUUID().toString();
        assertThatThrownBy(() -> await(byCommand(commandId, true))).hasMessageContaining(inHand);
        assertThat(values("SELECT id FROM godwit.command WHERE id = $1", commandId))
                .isEmpty();

        must(inHand, RunState.FOLLOWING);
        command(RunCommand.CANCEL, inHand);
        must(inHand, RunState.CANCELLED);

        assertThat(await(byCommand(commandId, true)).getString("run")).isNotEqualTo(inHand);
    }

    @Test
    void shouldRefuseARequestThatMeetsTheEndOfItsRun() {
        String run = await(byCommand(UUID.randomUUID().toString(), true)).getString("run");
        must(run, RunState.FOLLOWING);
        String commandId = UUID.randomUUID().toString();
        int serial = (int) run(run).serial();

        Uni<JsonObject> request = services.migrate(commandId, "second", List.of("old 1"), "test", Optional.empty())
                .memoize()
                .indefinitely();
        await(runs.inTransaction(connection -> connection
                .preparedQuery("SELECT pg_advisory_xact_lock($1, $2)")
                .execute(Tuple.of(Fence.CLASS_ID, serial))
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
        execute("UPDATE godwit.run SET state = 'following' WHERE id = '" + run + "'");
    }

    @Test
    void shouldRunWhatIsOnDiskAndNothingElse() {
        List<String> before = values("SELECT id FROM godwit.run");
        for (String name : List.of(
                "../live-migrations/second",
                "live-migrations/second",
                "second.yaml",
                "/etc/passwd",
                "second; DROP TABLE second",
                "second' OR '1'='1",
                "migration: x\nschema: {up: DROP TABLE second}")) {
            String commandId = UUID.randomUUID().toString();

            assertThatThrownBy(() -> await(start(commandId, name, true, Optional.empty(), List.of(), true)))
                    .as(name)
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("unknown_migration"));
        }
        assertThat(values("SELECT id FROM godwit.run")).hasSameElementsAs(before);
    }

    private Uni<Void> someoneWaitsForTheFence() {
        return pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = " + Fence.CLASS_ID
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
        String run = await(byCommand(UUID.randomUUID().toString(), true)).getString("run");
        must(run, RunState.FOLLOWING);
        command(RunCommand.PAUSE, run);
        String commandId = UUID.randomUUID().toString();

        await(Uni.join()
                .all(
                        services.migrate(commandId, "second", List.of("old 1", "nobody"), "test", Optional.empty()),
                        services.migrate(commandId, "second", List.of("old 1", "nobody"), "test", Optional.empty()))
                .andFailFast());

        assertThat(values("SELECT key FROM godwit.pending_key WHERE command_id = $1 ORDER BY key", commandId))
                .containsExactly("nobody", "old 1");
    }

    private Uni<JsonObject> byCommand(String commandId, boolean commit) {
        return start(commandId, "second", commit, Optional.empty(), List.of(), true);
    }
}
