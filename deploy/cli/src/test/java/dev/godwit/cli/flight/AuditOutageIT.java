package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** audit-service is away from before a run until after its end, and Kafka has thrown away what the run said meanwhile. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditOutageIT {
    private static final String MIGRATION = "unheard-items";
    private static final String SERVICE = "audit-service";
    private static final List<String> TOPICS = List.of("godwit.outcomes", "godwit.runs");
    private static final int ROWS = 1200;

    private final LiveStack stack;

    AuditOutageIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void load() throws SQLException {
        stack.execute("""
                CREATE SCHEMA unheard;
                CREATE TABLE unheard.items (id uuid PRIMARY KEY, name text NOT NULL);
                INSERT INTO unheard.items SELECT gen_random_uuid(), 'item ' || i FROM generate_series(1, %d) AS i
                """.formatted(ROWS));
        stack.define(MIGRATION, """
                migration: unheard-items
                rekey:
                  table: unheard.items
                  key: id
                  to: md5(name)::uuid
                """);
    }

    @AfterAll
    void drop() throws SQLException {
        Stack again = restart();
        assertThat(again.isRunning(SERVICE)).isTrue();
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA unheard CASCADE");
    }

    private Stack restart() {
        return Stack.start(StackOptions.in(stack.stack().directory()));
    }

    @Test
    void shouldHaveTheWholeTrailAfterAnOutageAsLongAsTheRun() throws Exception {
        stack.stack().killProcess(SERVICE);

        Run ended = stack.commit(MIGRATION);
        assertThat(ended.state()).as(ended.reason()).isEqualTo("completed");
        assertThat(forget()).as("messages that are lost").isPositive();
        Stack whole = restart();

        assertThat(whole.isRunning(SERVICE)).isTrue();
        JsonNode report = stack.report(ended);
        assertThat(report.path("complete").asBoolean()).as(report.toString()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
        assertThat(report.path("counts").path("migrated").asInt()).isEqualTo(ROWS);
        assertThat(report.path("durations").path(0).path("state").asText())
                .as("its life is known from the beginning")
                .isEqualTo("planning");
    }

    /** Deletes what both topics hold; whatever the connector brings later arrives. */
    private long forget() throws Exception {
        String bootstrapServers = stack.stack().describe().kafka().bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<TopicPartition, OffsetSpec> all = new HashMap<>();
            for (TopicDescription topic :
                    admin.describeTopics(TOPICS).allTopicNames().get().values()) {
                topic.partitions()
                        .forEach(partition ->
                                all.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
            }
            Map<TopicPartition, RecordsToDelete> lost = new HashMap<>();
            long messages = 0;
            for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> end :
                    admin.listOffsets(all).all().get().entrySet()) {
                lost.put(
                        end.getKey(),
                        RecordsToDelete.beforeOffset(end.getValue().offset()));
                messages += end.getValue().offset();
            }
            admin.deleteRecords(lost).all().get();
            return messages;
        }
    }
}
