package dev.godwit.migration.ids;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * What {@code godwit.ids} shall say of one old key from now on.
 *
 * @param run id of the run that changed it
 * @param newKey absent: the key leads nowhere any more, because it was restored
 * @param at when, as the outcome event says it
 */
record IdChange(String table, String key, Optional<String> newKey, String run, String migration, String at) {

    /** The record's key: always these fields in this order, since compaction compares bytes. */
    byte[] recordKey() {
        return bytes(new JsonObject().put("table", table).put("key", key));
    }

    /** The record's value; null is a tombstone. */
    byte[] recordValue() {
        return newKey.map(target -> bytes(new JsonObject()
                        .put("table", table)
                        .put("key", key)
                        .put("newKey", target)
                        .put("run", run)
                        .put("migration", migration)
                        .put("at", at)))
                .orElse(null);
    }

    /** The event's id: a replay of the outcome yields the same. */
    UUID eventId() {
        return UUID.nameUUIDFromBytes(bytes(new JsonObject()
                .put("table", table)
                .put("key", key)
                .put("newKey", newKey.orElse(null))
                .put("run", run)
                .put("at", at)));
    }

    private static byte[] bytes(JsonObject json) {
        return json.encode().getBytes(StandardCharsets.UTF_8);
    }
}
