package dev.godwit.migration.catalog;

import dev.godwit.migration.definition.TableName;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A foreign key, at the root of partitioning on both sides.
 *
 * @param childColumns referencing columns, in the order of {@code parentColumns}
 * @param onUpdate {@code confupdtype}: a NO ACTION, r RESTRICT, c CASCADE, n SET NULL, d SET DEFAULT
 * @param onDelete {@code confdeltype}, the same letters
 * @param validated false while NOT VALID
 * @param enforced false for NOT ENFORCED, which has no triggers: a soft reference
 * @param matchType {@code confmatchtype}: f FULL, p PARTIAL, s SIMPLE
 */
public record ForeignKey(
        long oid,
        String name,
        TableName child,
        long childOid,
        List<String> childColumns,
        TableName parent,
        long parentOid,
        List<String> parentColumns,
        char onUpdate,
        char onDelete,
        boolean deferrable,
        boolean validated,
        boolean enforced,
        char matchType) {

    public ForeignKey {
        childColumns = List.copyOf(childColumns);
        parentColumns = List.copyOf(parentColumns);
    }

    /** The child's columns that hold this column of the parent; usually one, none when the key does not cover it. */
    public List<String> childColumnsFor(String parentColumn) {
        return IntStream.range(0, parentColumns.size())
                .filter(i -> parentColumns.get(i).equals(parentColumn))
                .mapToObj(childColumns::get)
                .toList();
    }
}
