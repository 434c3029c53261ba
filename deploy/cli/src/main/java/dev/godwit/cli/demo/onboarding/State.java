package dev.godwit.cli.demo.onboarding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a user has come, as the application sees it. What the old form means in the new one is written here a second time, independently of the migration.
 *
 * @param document what was kept of each step
 * @param answers JSON as the client wrote it, or null
 * @param link where to go on, or null
 */
record State(int step, ObjectNode document, String answers, String link) {

    static final int LAST_OF_OLD = 11;
    static final int LAST_OF_NEW = 9;

    /** Company and team are one step now, data sources and permissions are one. */
    private static final int[] NEW_STEPS = {0, 1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9};

    private static final Pattern LINKED_STEP = Pattern.compile("/step/([0-9]+)");
    private static final String VERSION = "version";
    private static final String STEPS = "steps";
    private static final String VISITED = "visited";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    static State of(int step, String document, String answers, String link) {
        return new State(step, (ObjectNode) parse(document), answers, link);
    }

    /** Where a user begins. */
    static State first(boolean newForm) {
        ObjectNode document = JSON.createObjectNode().put(VERSION, newForm ? LAST_OF_NEW : LAST_OF_OLD);
        document.putObject(STEPS);
        document.putArray(VISITED);
        return new State(0, document, null, null);
    }

    /** An earlier script changed this row and put the original into it. */
    boolean isMarked() {
        return document.has("_migration_metadata");
    }

    boolean isOld() {
        return !isMarked() && document.path(VERSION).asInt() != LAST_OF_NEW;
    }

    /** One step further, or on the last one once more, as the client saves it: all of it at once. */
    State advanced(long seen) {
        int next = Math.min(isOld() ? LAST_OF_OLD : LAST_OF_NEW, step + 1);
        ObjectNode saved = document.deepCopy();
        saved.put("saves", document.path("saves").asInt() + 1);
        child(child(saved, STEPS), String.valueOf(next)).put("seen", seen).put("saved", true);
        saved.withArray(VISITED).add(next);
        String written =
                "{\"current\": %d,  \"skipped\": [%s], \"current\": %d}".formatted(next, next > 3 ? "2, 3" : "", next);
        return new State(next, saved, written, "/onboarding/step/" + next + "?from=app");
    }

    /** What this means in the new form. */
    State inNineSteps() {
        ObjectNode changed = document.deepCopy();
        changed.put(VERSION, LAST_OF_NEW);
        changed.set(STEPS, together(document.path(STEPS)));
        changed.set(VISITED, distinct(document.path(VISITED)));
        return new State(NEW_STEPS[step], changed, newAnswers(), newLink());
    }

    private static ObjectNode together(JsonNode steps) {
        Map<Integer, JsonNode> inOrder = new TreeMap<>();
        steps.properties().forEach(entry -> inOrder.put(Integer.parseInt(entry.getKey()), entry.getValue()));
        ObjectNode together = JSON.createObjectNode();
        inOrder.forEach(
                (old, kept) -> child(together, String.valueOf(NEW_STEPS[old])).setAll((ObjectNode) kept));
        return together;
    }

    private static ObjectNode child(ObjectNode parent, String name) {
        return parent.get(name) instanceof ObjectNode there ? there : parent.putObject(name);
    }

    private static ArrayNode distinct(JsonNode visited) {
        TreeSet<Integer> steps = new TreeSet<>();
        visited.forEach(step -> steps.add(NEW_STEPS[step.asInt()]));
        ArrayNode distinct = JSON.createArrayNode();
        steps.forEach(distinct::add);
        return distinct;
    }

    private String newAnswers() {
        if (answers == null) {
            return null;
        }
        JsonNode told = parse(answers);
        ObjectNode changed = JSON.createObjectNode();
        changed.put("current", NEW_STEPS[told.path("current").asInt()]);
        changed.set("skipped", distinct(told.path("skipped")));
        return changed.toString();
    }

    private String newLink() {
        if (link == null) {
            return null;
        }
        Matcher linked = LINKED_STEP.matcher(link);
        return linked.replaceFirst(found -> "/step/" + NEW_STEPS[Integer.parseInt(found.group(1))]);
    }

    /** The same text for states that mean the same, however their JSON is written. */
    String meaning() {
        return step + " " + sorted(document) + " " + (answers == null ? null : sorted(parse(answers))) + " " + link;
    }

    private static String sorted(JsonNode node) {
        try {
            return JSON.writeValueAsString(JSON.treeToValue(node, Object.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
