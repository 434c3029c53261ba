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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three instances of migration-service on one broker. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstancesIT {
    private static final String MIGRATION = "shared-items";
    static final String CHUNKS = "godwit.chunks";
    private static final String CHANGES = "godwit.changes";
    private static final int INSTANCES = 3;
    /** Chunks that one instance works on at the same time: GODWIT_WORKERS of this module's tests. */
    private static final int WORKERS = 4;

    static final int CHUNK_PARTITIONS = 12;
    private static final int CHANGE_PARTITIONS = 6;
    /** One row fills a block, so that a small table has several chunks. */
    private static final int ROWS = 4500;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String LAST_ROW = "SELECT 1 FROM crowd.items WHERE name = 'item " + ROWS + "' FOR UPDATE";

    private final LiveStack shared;
    private LiveStack stack;

    InstancesIT(LiveStack shared) {
        this.shared = shared;
    }

    @BeforeAll
    void start() throws SQLException {
        stack = new LiveStack(withInstances(INSTANCES));
        stack.execute("""
                CREATE SCHEMA crowd;
                CREATE TABLE crowd.items (id uuid PRIMARY KEY, name text NOT NULL, pad text NOT NULL);
                ALTER TABLE crowd.items ALTER COLUMN pad SET STORAGE PLAIN;
                INSERT INTO crowd.items
                SELECT gen_random_uuid(), 'item ' || i, repeat('x', 4100) FROM generate_series(1, %d) AS i
                """.formatted(ROWS));
        stack.define(MIGRATION, """
                migration: shared-items
                rekey:
                  table: crowd.items
                  key: id
                  to: md5(name)::uuid
                """);
    }

    @AfterAll
    void leaveOneInstance() throws SQLException {
        Stack unused = withInstances(1);
        shared.undefine(MIGRATION);
        shared.execute("DROP SCHEMA crowd CASCADE");
    }

    private Stack withInstances(int instances) {
        return Stack.start(StackOptions.in(shared.stack().directory()).withInstances(instances));
    }

    @Test
    void shouldShareChunksAndTakeOverFromTheDead() throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(shares(CHUNKS).values())
                    .hasSize(INSTANCES * WORKERS)
                    .containsOnly(CHUNK_PARTITIONS / (INSTANCES * WORKERS));
            assertThat(shares(CHANGES).values()).hasSize(INSTANCES).containsOnly(CHANGE_PARTITIONS / INSTANCES);
        });
        Run run;
        try (Connection holder = stack.connect()) {
            run = stack.startHeld(RunRequest.of(MIGRATION, true), holder, LAST_ROW);
            Run started = run;
            await().atMost(PATIENCE).until(() -> chunksInHand(started) > 1);
            stack.stack().killProcess("migration-service-3");
        }
        Run ended = stack.watch().untilSettled(run.id());

        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        assertThat(ended.count("migrated")).isEqualTo(ROWS);
        assertThat(stack.value("SELECT count(*) FROM crowd.items WHERE id = md5(name)::uuid"))
                .isEqualTo(Integer.toString(ROWS));
        JsonNode report = stack.report(ended);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(shares(CHUNKS).values())
                .as("those that are left share all, evenly")
                .hasSize((INSTANCES - 1) * WORKERS)
                .containsOnly(1, 2));
    }

    /** Partitions of the topic that each member of the group has. */
    private Map<String, Integer> shares(String topic) throws ExecutionException, InterruptedException {
        Map<String, Integer> shares = new HashMap<>();
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", stack.stack().describe().kafka().bootstrapServers()))) {
            List<String> groups = admin.listGroups().all().get().stream()
                    .filter(group -> group.protocol().equals("consumer"))
                    .map(GroupListing::groupId)
                    .toList();
            for (ConsumerGroupDescription group :
                    admin.describeConsumerGroups(groups).all().get().values()) {
                for (MemberDescription member : group.members()) {
                    int share = (int) member.assignment().topicPartitions().stream()
                            .filter(partition -> partition.topic().equals(topic))
                            .count();
                    if (share > 0) {
                        shares.put(member.consumerId(), share);
                    }
                }
            }
        }
        return shares;
    }

    private int chunksInHand(Run run) throws SQLException {
        return number("SELECT count(DISTINCT stream) FROM godwit.batch WHERE lane = 'backfill' AND run_id = '"
                + run.id() + "'");
    }

    private int number(String sql) throws SQLException {
        return Integer.parseInt(stack.queryState(sql).get(0));
    }
}
