package dev.godwit.migration.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HashChainTest {

    private static final HexFormat HEX = HexFormat.of();

    @Test
    void shouldAgreeWithThePublishedVector() throws IOException {
        JsonNode events = vector().get("events");

        String previous = "";
        for (JsonNode event : events) {
            assertThat(event.get("previousHash").asText()).isEqualTo(previous);
            List<byte[]> leaves = new ArrayList<>();
            event.get("outcomes")
                    .forEach(o ->
                            leaves.add(HashChain.leaf(outcome(o), o.get("salt").asText())));
            List<String> expected = new ArrayList<>();
            event.get("leaves").forEach(leaf -> expected.add(leaf.asText()));
            assertThat(leaves.stream().map(HEX::formatHex)).containsExactlyElementsOf(expected);
            Optional<byte[]> groups = Optional.ofNullable(event.get("groups")).map(HashChainTest::groupsLeaf);
            assertThat(groups.map(HEX::formatHex))
                    .isEqualTo(Optional.ofNullable(event.get("groupsLeaf")).map(JsonNode::asText));
            previous = HashChain.hash(
                    previous,
                    event.get("run").asText(),
                    event.get("stream").asText(),
                    event.get("sequence").asLong(),
                    event.get("id").asText(),
                    leaves,
                    groups);
            assertThat(previous).isEqualTo(event.get("hash").asText());
        }
        assertThat(events).hasSize(4);
    }

    @Test
    void shouldTellValuesApartThatOnlyTheirBordersDistinguish() {
        byte[] one = HashChain.leaf(Outcome.migrated("t", "ab", "c"), "s");
        byte[] other = HashChain.leaf(Outcome.migrated("t", "a", "bc"), "s");

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void shouldDependOnTheSaltAndNotOnTheDetail() {
        Outcome outcome = Outcome.of("t", "k", OutcomeKind.FAILED).because("r");

        assertThat(HashChain.leaf(outcome, "s")).isEqualTo(HashChain.leaf(outcome.explained("words"), "s"));
        assertThat(HashChain.leaf(outcome, "s")).isNotEqualTo(HashChain.leaf(outcome, "S"));
    }

    @Test
    void shouldSaltWith128FreshBits() {
        assertThat(HashChain.salt()).matches("[A-Za-z0-9_-]{22}").isNotEqualTo(HashChain.salt());
    }

    private static byte[] groupsLeaf(JsonNode groups) {
        Map<Group, Counts> changes = new LinkedHashMap<>();
        groups.get("changes").forEach(change -> {
            List<String> values = new ArrayList<>();
            change.get("values").forEach(value -> values.add(value.textValue()));
            Counts counts = Counts.NONE;
            for (OutcomeKind kind : OutcomeKind.values()) {
                counts = counts.plus(Counts.of(
                        kind, change.get("counts").path(kind.wireName()).asLong()));
            }
            changes.put(new Group(values), counts);
        });
        List<String> columns = new ArrayList<>();
        groups.get("columns").forEach(column -> columns.add(column.asText()));
        return new GroupChanges(columns, changes).leaf(groups.get("salt").asText());
    }

    private static Outcome outcome(JsonNode o) {
        return new Outcome(
                o.get("table").asText(),
                o.get("key").asText(),
                text(o, "newKey"),
                OutcomeKind.ofWireName(o.get("outcome").asText()),
                text(o, "reason"),
                text(o, "detail"));
    }

    private static Optional<String> text(JsonNode node, String field) {
        return node.get(field).isNull()
                ? Optional.empty()
                : Optional.of(node.get(field).asText());
    }

    private static JsonNode vector() throws IOException {
        try (InputStream in = HashChainTest.class.getResourceAsStream("/contract/hash-chain-vector.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
