package dev.godwit.migration.batch;

import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a row is named by several columns: a single one by its text, more by a JSON array of them. */
final class RowKey {

    private RowKey() {}

    /** Null when a column is not there. */
    static String text(List<String> columns, Map<String, String> fields) {
        List<String> key = new ArrayList<>();
        columns.forEach(column -> key.add(fields.get(column)));
        return key.contains(null) ? null : text(key);
    }

    private static String text(List<String> key) {
        return key.size() == 1 ? key.get(0) : new JsonArray(new ArrayList<>(key)).encode();
    }
}
