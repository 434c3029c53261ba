package dev.godwit.migration.tail;

import dev.godwit.migration.batch.Operation;
import dev.godwit.migration.definition.TableName;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What changes name, each once.
 *
 * @param entities keys of entities, and of rows whose keys derive from theirs, by table
 * @param rows primary keys of rows that only refer to entities, by table; a table may be among both
 */
record ChangedKeys(Map<TableName, Set<String>> entities, Map<TableName, Set<String>> rows) {

    /** @param ofEntities false for runs of a part of the table: entities that the application writes are not theirs */
    static ChangedKeys of(Operation operation, boolean ofEntities, List<ChangeEvent> events) {
        Map<TableName, Set<String>> entities = new LinkedHashMap<>();
        Map<TableName, Set<String>> rows = new LinkedHashMap<>();
        events.stream()
                .filter(event -> !event.deleted() || operation.hearsDeletions())
                .forEach(event -> {
                    if (ofEntities) {
                        add(entities, event.table(), operation.keysOf(event.table(), event.fields()));
                    }
                    add(rows, event.table(), operation.referringRows(event.table(), event.fields()));
                });
        return new ChangedKeys(entities, rows);
    }

    private static void add(Map<TableName, Set<String>> keys, TableName table, List<String> more) {
        if (!more.isEmpty()) {
            keys.computeIfAbsent(table, t -> new LinkedHashSet<>()).addAll(more);
        }
    }

    boolean isEmpty() {
        return entities.isEmpty() && rows.isEmpty();
    }
}
