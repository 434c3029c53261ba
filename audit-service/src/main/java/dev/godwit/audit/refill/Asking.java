package dev.godwit.audit.refill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.trail.Gap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The gaps of a run that are asked for together, and what was answered so far. Not safe for use by several threads. */
final class Asking {

    private final String run;
    private final boolean life;
    private final List<Gap> gaps = new ArrayList<>();
    private final Map<Gap, Long> found = new HashMap<>();
    private String after;
    private long sent;

    Asking(Gap first) {
        run = first.run();
        life = first.stream().equals(Gap.LIFE);
    }

    void add(Gap gap) {
        gaps.add(gap);
    }

    String run() {
        return run;
    }

    List<Gap> gaps() {
        return List.copyOf(gaps);
    }

    /** How many events are published again. */
    long sent() {
        return sent;
    }

    /** The next question. Without ranges it asks for everything. */
    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("events", life ? "life" : "outcomes")
                .put("after", after);
        if (!life && gaps.stream().noneMatch(gap -> gap.stream().equals(Gap.ALL))) {
            ArrayNode ranges = body.putArray("ranges");
            gaps.forEach(gap -> ranges.addObject()
                    .put("stream", gap.stream())
                    .put("from", gap.first())
                    .put("to", gap.last()));
        }
        return body;
    }

    void heard(JsonNode answer) {
        answer.path("sent").forEach(event -> {
            sent++;
            String stream = event.path("stream").asText();
            long sequence = event.path("sequence").asLong();
            gaps.stream()
                    .filter(gap -> gap.stream().equals(stream) && gap.first() <= sequence && sequence <= gap.last())
                    .forEach(gap -> found.merge(gap, 1L, Long::sum));
        });
        after = answer.path("next").asText(null);
    }

    /** Whether there is more of it. */
    boolean goesOn(JsonNode answer) {
        return answer.path("next").isTextual();
    }

    /** Whether less was published again than is missing, now that all was answered. */
    boolean hasForgotten(Gap gap) {
        boolean exact = !gap.stream().equals(Gap.LIFE) && !gap.stream().equals(Gap.ALL);
        return exact ? found.getOrDefault(gap, 0L) < gap.events() : sent == 0;
    }
}
