package dev.godwit.migration.outbox;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Group;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * By how much one event moves the counts of each group. An event says so of groups and not of entities: who groups by a column wants to know how many, and no key goes about with a
 * value of its row.
 *
 * @param columns those that the definition groups by
 * @param byGroup kinds that do not move count zero
 */
record GroupChanges(List<String> columns, Map<Group, Counts> byGroup) {

    /** Stands for a value that is null: no text of {@link HashChain#net} begins so. */
    private static final String NULL = "-";

    boolean isEmpty() {
        return byGroup.isEmpty();
    }

    JsonObject toJson(String salt) {
        JsonArray changes = new JsonArray();
        byGroup.forEach((group, counts) -> changes.add(new JsonObject()
                .put("values", group.isKnown() ? new JsonArray(new ArrayList<>(group.values())) : null)
                .put("counts", new JsonObject(counts.moved()))));
        return new JsonObject()
                .put("columns", new JsonArray(columns))
                .put("changes", changes)
                .put("salt", salt);
    }

    /** The leaf that stands for all of it in the event's hash. The exact bytes are described in docs/reference/events. */
    byte[] leaf(String salt) {
        List<String> parts = new ArrayList<>();
        parts.add(HashChain.netOf(salt));
        parts.add(HashChain.netOf(Integer.toString(columns.size())));
        columns.forEach(column -> parts.add(HashChain.netOf(column)));
        byGroup.forEach((group, counts) -> {
            parts.add(HashChain.netOf(Integer.toString(group.values().size())));
            group.values().forEach(value -> parts.add(value == null ? NULL : HashChain.netOf(value)));
            Map<String, Object> moved = counts.moved();
            parts.add(HashChain.netOf(Integer.toString(moved.size())));
            moved.forEach((outcome, count) -> {
                parts.add(HashChain.netOf(outcome));
                parts.add(HashChain.netOf(count.toString()));
            });
        });
        return HashChain.sha256Of(String.join("", parts));
    }
}
