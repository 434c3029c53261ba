package dev.godwit.migration.operation;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;

/**
 * The statements that read the columns by which counts are grouped. They evaluate no expression of the definition, lock nothing, and yield {@code key} and {@code texts}.
 *
 * @param root the table whose rows are the entities
 * @param key its key
 * @param columns those that {@code summary} names; at least one
 */
public record GroupSql(TableName root, String key, KeyType keyType, List<String> columns) {

    public GroupSql {
        columns = List.copyOf(columns);
    }

    /** Rows by key: {@code $1} keys. */
    public String ofKeys() {
        return "SELECT " + yielded() + " FROM " + root.quoted() + " AS t WHERE t." + quote(key) + " = ANY ("
                + keyType.array(1) + ")";
    }

    /** Rows of a range of blocks: {@code $1}, {@code $2} tid bounds. */
    public String ofRange(TableName relation) {
        return "SELECT " + yielded() + " FROM ONLY " + relation.quoted()
                + " AS t WHERE t.ctid >= $1::text::tid AND t.ctid < $2::text::tid";
    }

    private String yielded() {
        return columns.stream()
                .map(column -> "left(t." + quote(column) + "::text, " + Group.CHARACTERS_MAX + ")")
                .collect(joining(", ", "t." + quote(key) + "::text AS key, ARRAY[", "]::text[] AS texts"));
    }
}
