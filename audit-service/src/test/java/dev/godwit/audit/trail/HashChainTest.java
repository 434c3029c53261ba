package dev.godwit.audit.trail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HashChainTest {

    private static final HexFormat HEX = HexFormat.of();

    @Test
    void shouldAgreeWithThePublishedVector() throws IOException {
        // Given
        JsonNode events = vector().get("events");

        // When, Then
        String previous = "";
        for (JsonNode event : events) {
            assertThat(event.get("previousHash").asText()).isEqualTo(previous);
            assertThat(HEX.formatHex(leaves(event))).isEqualTo(String.join("", texts(event.get("leaves"))));
            previous = hash(event);
            assertThat(previous).isEqualTo(event.get("hash").asText());
        }
        assertThat(events).hasSize(4);
    }

    @Test
    void shouldTellValuesApartThatOnlyTheirBordersDistinguish() {
        // When
        byte[] one = HashChain.leaf(new Outcome("t", "ab", "c", "migrated", null, null, "s"));
        byte[] other = HashChain.leaf(new Outcome("t", "a", "bc", "migrated", null, null, "s"));

        // Then
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void shouldNotCoverTheDetail() {
        // When
        byte[] one = HashChain.leaf(new Outcome("t", "k", null, "failed", null, "some words", "s"));
        byte[] other = HashChain.leaf(new Outcome("t", "k", "", "failed", "", "other words", "s"));

        // Then
        assertThat(one).isEqualTo(other);
    }

    private static String hash(JsonNode event) {
        return HEX.formatHex(HashChain.eventHash(
                event.get("previousHash").asText(),
                event.get("run").asText(),
                event.get("stream").asText(),
                event.get("sequence").asLong(),
                UUID.fromString(event.get("id").asText()),
                EventGroups.behind(leaves(event), groups(event))));
    }

    private static EventGroups groups(JsonNode event) {
        JsonNode groups = event.get("groups");
        if (groups == null) {
            return null;
        }
        List<EventGroups.Change> changes = new ArrayList<>();
        groups.get("changes").forEach(change -> {
            List<String> values = new ArrayList<>();
            change.get("values").forEach(value -> values.add(value.textValue()));
            changes.add(new EventGroups.Change(
                    change.get("values").isNull() ? null : values,
                    Outcome.KINDS.stream()
                            .map(kind -> change.get("counts").path(kind).asLong())
                            .toList()));
        });
        EventGroups read = new EventGroups(
                texts(groups.get("columns")), changes, groups.get("salt").asText());
        assertThat(HEX.formatHex(read.leaf())).isEqualTo(event.get("groupsLeaf").asText());
        return read;
    }

    private static byte[] leaves(JsonNode event) {
        ByteArrayOutputStream leaves = new ByteArrayOutputStream();
        event.get("outcomes").forEach(outcome -> leaves.writeBytes(HashChain.leaf(outcome(outcome))));
        return leaves.toByteArray();
    }

    private static Outcome outcome(JsonNode node) {
        return new Outcome(
                node.get("table").asText(),
                node.get("key").asText(),
                textOrNull(node.get("newKey")),
                node.get("outcome").asText(),
                textOrNull(node.get("reason")),
                textOrNull(node.get("detail")),
                node.get("salt").asText());
    }

    private static String textOrNull(JsonNode node) {
        return node.isNull() ? null : node.asText();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static JsonNode vector() throws IOException {
        try (InputStream in = HashChainTest.class.getResourceAsStream("/contract/hash-chain-vector.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
