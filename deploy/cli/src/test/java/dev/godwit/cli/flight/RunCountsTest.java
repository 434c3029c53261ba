package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunCountsTest {

    private final RunCounts counts = new RunCounts();

    @Test
    void shouldCountEachEventOnceAndWhatWasReplacedNotAtAll() throws JsonProcessingException {
        JsonNode first = event(1, "", "aa", "'conflict': 2", "");
        JsonNode second = event(
                2,
                "aa",
                "bb",
                "'migrated': 1",
                "{'table': 't', 'replaces': {'outcome': 'conflict'}}, {'table': 'child', 'replaces': {'outcome': 'conflict'}}");
        counts.add(first);
        counts.add(second);
        counts.add(first);
        counts.add(second);

        assertThat(counts.counts()).containsEntry("conflict", 1L).containsEntry("migrated", 1L);
        assertThat(counts.isComplete(ends("bb"))).isTrue();
        assertThat(counts.isComplete(ends("cc"))).isFalse();
    }

    @Test
    void shouldAddUpGroupsAndCountEachEventOnce() throws JsonProcessingException {
        JsonNode first = grouped(
                1,
                "",
                "aa",
                "{'values': ['ann'], 'counts': {'conflict': 2}}, {'values': null, 'counts': {'failed': 1}}");
        JsonNode second = grouped(
                2,
                "aa",
                "bb",
                "{'values': [null], 'counts': {'migrated': 1}}, {'values': ['ann'], 'counts': {'conflict': -1}}");
        counts.add(first);
        counts.add(second);
        counts.add(second);

        assertThat(counts.groups())
                .containsOnly(
                        Map.entry(json("['ann']"), Map.of("conflict", 1L)),
                        Map.entry(json("[null]"), Map.of("migrated", 1L)),
                        Map.entry(json("null"), Map.of("failed", 1L)));
    }

    private static JsonNode grouped(int sequence, String previous, String hash, String changes)
            throws JsonProcessingException {
        JsonNode event = event(sequence, previous, hash, "", "");
        ((ObjectNode) event).set("groups", json("{'columns': ['owner'], 'changes': [" + changes + "]}"));
        return event;
    }

    @Test
    void shouldNoticeWhatIsMissingOrAnother() throws JsonProcessingException {
        counts.add(event(1, "", "aa", "'migrated': 1", ""));

        JsonNode third = event(3, "bb", "cc", "'migrated': 1", "");
        JsonNode other = event(2, "dd", "ee", "'migrated': 1", "");
        assertThatThrownBy(() -> counts.add(third)).hasMessageContaining("event 2");
        assertThatThrownBy(() -> counts.add(other)).hasMessageContaining("event 2");
    }

    private static JsonNode event(int sequence, String previous, String hash, String counts, String outcomes)
            throws JsonProcessingException {
        return json(
                "{'table': 't', 'stream': 's', 'sequence': %d, 'previousHash': '%s', 'hash': '%s', 'counts': {%s}, 'outcomes': [%s]}"
                        .formatted(sequence, previous, hash, counts, outcomes));
    }

    private static JsonNode ends(String hash) throws JsonProcessingException {
        return json("{'streams': [{'stream': 's', 'sequence': 2, 'hash': '" + hash + "'}]}");
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return EventClient.JSON.readTree(text.replace('\'', '"'));
    }
}
