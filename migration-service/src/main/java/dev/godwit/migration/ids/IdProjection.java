package dev.godwit.migration.ids;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an outcome event and says what it means for the map of ids. A pure function of the event, so a replay yields the same records.
 *
 * <p>Failure semantics: {@link IllegalArgumentException} with a sentence for people when the event is not what the contract says.
 */
final class IdProjection {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> KINDS = Set.of("migrated", "unchanged", "reverted");
    /** Reason of a row that was deleted because its entity was; its former key is the entity's. */
    private static final String GONE = "source_deleted";

    private IdProjection() {}

    /** The changes, in the order of the outcomes. Plans change nothing. */
    static List<IdChange> of(byte[] event) {
        JsonNode data = read(event);
        if (text(data, "mode").equals("plan")) {
            return List.of();
        }
        List<IdChange> changes = new ArrayList<>();
        for (JsonNode outcome : list(data, "outcomes")) {
            add(changes, data, outcome);
        }
        return changes;
    }

    /**
     * A row that an import found as it should be has become the entity's without being written. What was reverted to a key has no other key any more, and neither has an entity
     * whose row went with it.
     */
    private static void add(List<IdChange> changes, JsonNode data, JsonNode outcome) {
        String kind = text(outcome, "outcome");
        if (GONE.equals(outcome.path("reason").textValue())) {
            outcome.path("formerKeys")
                    .forEach(former ->
                            changes.add(change(data, text(data, "table"), former.asText(), Optional.empty())));
            return;
        }
        Optional<String> newKey = Optional.ofNullable(outcome.path("newKey").textValue());
        if (newKey.isEmpty() || !KINDS.contains(kind)) {
            return;
        }
        String key = text(outcome, "key");
        if (kind.equals("reverted")) {
            changes.add(change(data, text(outcome, "table"), newKey.get(), Optional.empty()));
        } else {
            put(changes, data, outcome, key, newKey.get());
        }
        for (JsonNode former : outcome.path("formerKeys")) {
            put(changes, data, outcome, former.asText(), newKey.get());
        }
    }

    private static void put(List<IdChange> changes, JsonNode data, JsonNode outcome, String key, String newKey) {
        if (!key.equals(newKey)) {
            changes.add(change(data, text(outcome, "table"), key, Optional.of(newKey)));
        }
    }

    private static IdChange change(JsonNode data, String table, String key, Optional<String> newKey) {
        return new IdChange(table, key, newKey, text(data, "run"), text(data, "migration"), text(data, "at"));
    }

    private static JsonNode read(byte[] event) {
        try {
            JsonNode data = event == null ? null : JSON.readTree(event);
            if (data == null || !data.isObject()) {
                throw new IllegalArgumentException("the value is not a JSON object");
            }
            return data;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("the value is not JSON", malformed);
        }
    }

    private static JsonNode list(JsonNode object, String field) {
        JsonNode node = object.path(field);
        if (!node.isArray()) {
            throw new IllegalArgumentException("field '" + field + "' is not a list");
        }
        return node;
    }

    private static String text(JsonNode object, String field) {
        String value = object.path(field).textValue();
        if (value == null) {
            throw new IllegalArgumentException("field '" + field + "' is not a text");
        }
        return value;
    }
}
