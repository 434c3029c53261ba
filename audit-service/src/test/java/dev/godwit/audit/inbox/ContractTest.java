package dev.godwit.audit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.testing.TestRun;
import dev.godwit.audit.trail.EncodedOutcomes;
import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.OutcomeEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The events that tests publish are the contract's, and what the inbox takes and refuses is what the schemas take and refuse. */
class ContractTest {

    @Test
    void shouldTakeWhatTheSchemasTake() {
        // Given
        TestEvent outcomes = outcomes();
        TestEvent state = new TestRun("r1", "commit").end(3, "completed", new TestChain("r1", "chunk-1", "commit"));
        TestEvent progress = new TestRun("r1", "commit").progress(2, "backfilling", 20);
        TestEvent stamp = TestEvent.stamp("core-tables", "applied");
        TestEvent pace = new TestRun("r1", "commit").pace("full", "gentle");

        // When, Then
        assertThat(violations("outcomes-recorded", outcomes.data())).isEmpty();
        assertThat(violations("run-state-changed", state.data())).isEmpty();
        assertThat(violations("run-progress", progress.data())).isEmpty();
        assertThat(violations("migration-stamped", stamp.data())).isEmpty();
        assertThat(violations("run-pace-changed", pace.data())).isEmpty();
        assertThatCode(() -> {
                    assertThat(OutcomeReader.read(received(outcomes)).hashHolds())
                            .isTrue();
                    assertThat(RunReader.read(received(state))).isNotNull();
                    assertThat(RunReader.read(received(progress))).isNotNull();
                    assertThat(RunReader.read(received(stamp))).isNotNull();
                    assertThat(RunReader.read(received(pace))).isNotNull();
                })
                .doesNotThrowAnyException();
    }

    @Test
    void shouldTakeNullAndAbsentForTheSame() {
        // Given
        TestEvent withNulls = outcomes();
        TestEvent without = new TestEvent(
                withNulls.id(),
                "godwit.outcomes",
                "r1",
                OutcomeReader.TYPE,
                withNulls.data().deepCopy());
        ObjectNode data = without.data();
        data.remove("commandId");
        data.remove("batch");
        data.get("outcomes")
                .forEach(outcome -> ((ObjectNode) outcome).retain("table", "key", "newKey", "outcome", "salt"));
        ((ObjectNode) data.get("outcomes").get(1)).remove("newKey");
        ((ObjectNode) withNulls.data().get("outcomes").get(1)).putNull("reason").putNull("detail");
        withNulls.data().putNull("batch");

        // When
        OutcomeEvent one = OutcomeReader.read(received(withNulls));
        OutcomeEvent other = OutcomeReader.read(received(without));

        // Then
        assertThat(violations("outcomes-recorded", data)).isEmpty();
        assertThat(other.outcomes().leaves()).isEqualTo(one.outcomes().leaves());
        assertThat(other.outcomes().toBytes()).isEqualTo(one.outcomes().toBytes());
        assertThat(other.outcomes().tallies()).isEqualTo(one.outcomes().tallies());
        assertThat(other.batch()).isNull();
        assertThat(other.commandId()).isNull();
    }

    @Test
    void shouldReadFieldsInWhateverOrderTheyCome() {
        // Given
        TestEvent event = outcomes();
        ObjectNode data = event.data();
        ((ObjectNode) data.get("outcomes").get(0)).put("key", "ключ \"\uD83D\uDC26\"");
        JsonNode run = data.remove("run");
        JsonNode table = data.remove("table");
        OutcomeEvent before = OutcomeReader.read(received(outcomesWith(data, run, table, true)));

        // When
        OutcomeEvent after = OutcomeReader.read(received(outcomesWith(data, run, table, false)));

        // Then
        assertThat(after.outcomes().leaves()).isEqualTo(before.outcomes().leaves());
        assertThat(after.outcomes().tallies()).isEqualTo(before.outcomes().tallies());
        assertThat(after.outcomes().tallies()).allMatch(EncodedOutcomes.Tallied::entity);
        assertThat(HexFormat.of().formatHex(before.outcomes().leaves()))
                .startsWith(HexFormat.of().formatHex(HashChain.leaf(TestChain.migrated("ключ \"\uD83D\uDC26\"", "A"))));
    }

    private static TestEvent outcomesWith(ObjectNode data, JsonNode run, JsonNode table, boolean first) {
        ObjectNode ordered = data.objectNode();
        if (first) {
            ordered.set("run", run);
            ordered.set("table", table);
        }
        ordered.setAll(data);
        ordered.set("run", run);
        ordered.set("table", table);
        return new TestEvent(UUID.randomUUID(), "godwit.outcomes", "r1", OutcomeReader.TYPE, ordered);
    }

    @ParameterizedTest
    @MethodSource
    void shouldRefuseOutcomesThatTheSchemaRefuses(String name, Consumer<ObjectNode> damage) {
        // Given
        TestEvent event = outcomes();
        damage.accept(event.data());

        // When, Then
        assertThat(violations("outcomes-recorded", event.data())).as(name).isNotEmpty();
        assertThatThrownBy(() -> OutcomeReader.read(received(event)))
                .isInstanceOf(PoisonException.class)
                .hasMessageStartingWith("schema mismatch: ");
    }

    static Stream<Arguments> shouldRefuseOutcomesThatTheSchemaRefuses() {
        return Stream.<Arguments>of(
                damage("no run", data -> data.remove("run")),
                damage("blank migration", data -> data.put("migration", " ")),
                damage("run is a number", data -> data.put("run", 7)),
                damage("sequence is zero", data -> data.put("sequence", 0)),
                damage("sequence is a fraction", data -> data.put("sequence", 1.5)),
                damage("unknown mode", data -> data.put("mode", "maybe")),
                damage("hash too short", data -> data.put("hash", "ab")),
                damage("hash in upper case", data -> data.put("hash", "AB".repeat(32))),
                damage("no time", data -> data.put("at", "yesterday")),
                damage("counts lack a kind", data -> ((ObjectNode) data.get("counts")).remove("diverged")),
                damage("negative count", data -> ((ObjectNode) data.get("counts")).put("failed", -1)),
                damage("no outcomes", data -> data.putNull("outcomes")),
                damage(
                        "unknown outcome",
                        data -> ((ObjectNode) data.get("outcomes").get(0)).put("outcome", "lost")),
                damage("key is null", data -> ((ObjectNode) data.get("outcomes").get(0)).putNull("key")),
                damage("no salt", data -> ((ObjectNode) data.get("outcomes").get(0)).remove("salt")),
                damage("groups without columns", data -> groups(data).remove("columns")),
                damage("groups by no column", data -> groups(data).putArray("columns")),
                damage("groups are text", data -> data.put("groups", "role")),
                damage("groups without salt", data -> groups(data).remove("salt")),
                damage("a group without counts", data -> firstGroup(data).remove("counts")),
                damage(
                        "a group that counts in fractions",
                        data -> firstGroup(data).withObject("counts").put("migrated", 0.5)),
                damage(
                        "a value that is a number",
                        data -> firstGroup(data).putArray("values").add(7)));
    }

    @ParameterizedTest
    @MethodSource
    void shouldRefuseRunsThatTheSchemaRefuses(String name, Consumer<ObjectNode> damage) {
        // Given
        TestEvent event = new TestRun("r1", "commit").end(3, "completed", new TestChain("r1", "chunk-1", "commit"));
        damage.accept(event.data());

        // When, Then
        assertThat(violations("run-state-changed", event.data())).as(name).isNotEmpty();
        assertThatThrownBy(() -> RunReader.read(received(event)))
                .isInstanceOf(PoisonException.class)
                .hasMessageStartingWith("schema mismatch: ");
    }

    private static ObjectNode groups(ObjectNode data) {
        ObjectNode groups = data.putObject("groups").put("salt", "s");
        groups.putArray("columns").add("role");
        ObjectNode group = groups.putArray("changes").addObject();
        group.putArray("values").add("admin");
        group.putObject("counts").put("migrated", 1);
        return groups;
    }

    private static ObjectNode firstGroup(ObjectNode data) {
        return (ObjectNode) groups(data).get("changes").get(0);
    }

    static Stream<Arguments> shouldRefuseRunsThatTheSchemaRefuses() {
        return Stream.<Arguments>of(
                damage("no state", data -> data.remove("state")),
                damage("unknown mode", data -> data.put("mode", "maybe")),
                damage("version is text", data -> data.put("version", "12")),
                damage("counts are missing", data -> data.remove("counts")),
                damage("streams hold text", data -> data.putArray("streams").add("chunk-1")),
                damage("a stream without hash", data -> data.putArray("streams")
                        .addObject()
                        .put("stream", "chunk-1")
                        .put("sequence", 1)),
                damage("streams are an object", data -> data.putObject("streams")),
                damage("plan is text", data -> data.put("plan", "none")));
    }

    @ParameterizedTest
    @MethodSource
    void shouldRefuseStampsThatTheSchemaRefuses(String name, Consumer<ObjectNode> damage) {
        // Given
        TestEvent event = TestEvent.stamp("core-tables", "applied");
        damage.accept(event.data());

        // When, Then
        assertThat(violations("migration-stamped", event.data())).as(name).isNotEmpty();
        assertThatThrownBy(() -> RunReader.read(received(event)))
                .isInstanceOf(PoisonException.class)
                .hasMessageStartingWith("schema mismatch: ");
    }

    static Stream<Arguments> shouldRefuseStampsThatTheSchemaRefuses() {
        return Stream.<Arguments>of(
                damage("no migration", data -> data.remove("migration")),
                damage("blank migration", data -> data.put("migration", " ")),
                damage("unknown state", data -> data.put("state", "maybe")),
                damage("no time", data -> data.put("at", "yesterday")),
                damage("requester is a number", data -> data.put("requestedBy", 7)));
    }

    @ParameterizedTest
    @MethodSource
    void shouldRefuseHealthThatTheSchemaRefuses(String name, Consumer<ObjectNode> damage) {
        // Given
        TestEvent event = TestEvent.health("m", 1, Instant.EPOCH, 0.5);
        assertThat(violations("health-measured", event.data())).isEmpty();
        assertThat(HealthReader.read(received(event)).measures()).hasSize(2);
        damage.accept(event.data());

        // When, Then
        assertThat(violations("health-measured", event.data())).as(name).isNotEmpty();
        assertThatThrownBy(() -> HealthReader.read(received(event)))
                .isInstanceOf(PoisonException.class)
                .hasMessageStartingWith("schema mismatch: ");
    }

    static Stream<Arguments> shouldRefuseHealthThatTheSchemaRefuses() {
        return Stream.<Arguments>of(
                damage("no migration", data -> data.remove("migration")),
                damage("turn zero", data -> data.put("turn", 0)),
                damage("no time between rounds", data -> data.put("everySeconds", 0)),
                damage("unknown state", data -> data.put("state", "splendid")),
                damage("no measures", data -> data.remove("measures")),
                damage(
                        "value is text",
                        data -> ((ObjectNode) data.get("measures").get(0)).put("value", "all")),
                damage("no limit", data -> ((ObjectNode) data.get("measures").get(0)).remove("warn")),
                damage("unknown way", data -> ((ObjectNode) data.get("measures").get(0)).put("worse", "sideways")),
                damage(
                        "builtIn is text",
                        data -> ((ObjectNode) data.get("measures").get(0)).put("builtIn", "yes")));
    }

    private static Arguments damage(String name, Consumer<ObjectNode> damage) {
        return Arguments.argumentSet(name, name, damage);
    }

    private static TestEvent outcomes() {
        return new TestChain("r1", "chunk-1", "commit")
                .next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("b", "duplicate")));
    }

    static Set<ValidationMessage> violations(String schema, JsonNode data) {
        try (InputStream in = ContractTest.class.getResourceAsStream("/contract/" + schema + ".schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(in)
                    .validate(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ConsumerRecord<byte[], byte[]> received(TestEvent event) {
        ProducerRecord<byte[], byte[]> sent = event.message();
        return new ConsumerRecord<>(
                sent.topic(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                sent.key(),
                sent.value(),
                new RecordHeaders(sent.headers().toArray()),
                Optional.empty());
    }
}
