package dev.godwit.cli.flight;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of a run's entities, made of its events on godwit.outcomes and of nothing else. */
public final class RunCounts {
    private final Map<String, JsonNode> ends = new HashMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<JsonNode, Map<String, Long>> groups = new HashMap<>();

    /** Adds the data of the run's next event; of one that was there before, nothing. */
    public void add(JsonNode event) {
        String stream = event.path("stream").asText();
        JsonNode last = ends.get(stream);
        long next = last == null ? 1 : last.path("sequence").asLong() + 1;
        if (event.path("sequence").asLong() < next) {
            return;
        }
        String hash = last == null ? "" : last.path("hash").asText();
        if (event.path("sequence").asLong() > next
                || !event.path("previousHash").asText().equals(hash)) {
            throw new IllegalStateException("stream " + stream + " does not go on with event " + next);
        }
        ends.put(stream, event);
        event.path("counts")
                .properties()
                .forEach(told -> count(told.getKey(), told.getValue().asLong()));
        for (JsonNode outcome : event.path("outcomes")) {
            if (outcome.has("replaces") && outcome.path("table").equals(event.path("table"))) {
                count(outcome.path("replaces").path("outcome").asText(), -1);
            }
        }
        for (JsonNode change : event.path("groups").path("changes")) {
            Map<String, Long> group = groups.computeIfAbsent(change.path("values"), values -> new TreeMap<>());
            change.path("counts")
                    .properties()
                    .forEach(moved ->
                            group.merge(moved.getKey(), moved.getValue().asLong(), Long::sum));
        }
    }

    private void count(String outcome, long entities) {
        counts.merge(outcome, entities, Long::sum);
    }

    /** Entities by outcome. */
    public Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    /** The same by the values of the columns that the definition's {@code summary} names; none where it names none. */
    public Map<JsonNode, Map<String, Long>> groups() {
        return Map.copyOf(groups);
    }

    /** Whether everything has come that the run's last event on godwit.runs names, and nothing else. */
    public boolean isComplete(JsonNode lastOfRun) {
        for (JsonNode end : lastOfRun.path("streams")) {
            JsonNode event = ends.get(end.path("stream").asText());
            if (event == null || !event.path("hash").equals(end.path("hash"))) {
                return false;
            }
        }
        return lastOfRun.path("streams").size() == ends.size();
    }
}
