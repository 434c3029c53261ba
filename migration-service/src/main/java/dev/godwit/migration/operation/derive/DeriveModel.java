package dev.godwit.migration.operation.derive;

import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.TableShape.Dependent;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;

/**
 * A derive joined with the catalog: everything that is known before a row is read.
 *
 * @param key column that names an entity
 * @param leaves the heaps whose blocks are scanned: the root itself, or its leaf partitions
 * @param targetLeaves the heaps of the table that gets the rows
 * @param yielded columns that the query yields, in its order
 * @param identity columns by which a row counts as being there already
 * @param targetKey columns that name a row of the target: its primary key, or the identity where it has none
 * @param dependents foreign keys of others to the target
 */
public record DeriveModel(
        DeriveDefinition definition,
        TableName root,
        String key,
        KeyType keyType,
        List<TableName> leaves,
        TableName target,
        List<TableName> targetLeaves,
        List<Yielded> yielded,
        List<Part> identity,
        List<Part> targetKey,
        List<Dependent> dependents,
        List<Watch> watches) {

    public DeriveModel {
        leaves = List.copyOf(leaves);
        targetLeaves = List.copyOf(targetLeaves);
        yielded = List.copyOf(yielded);
        identity = List.copyOf(identity);
        targetKey = List.copyOf(targetKey);
        dependents = List.copyOf(dependents);
        watches = List.copyOf(watches);
    }

    /**
     * A column that the query yields.
     *
     * @param cast the type that makes of its value what the column will hold, without cutting anything off
     */
    public record Yielded(String name, String cast) {}

    /**
     * A table whose changes concern entities.
     *
     * @param primaryKey what names its changed rows
     * @param entity SQL expression over its row
     */
    public record Watch(TableName table, List<Part> primaryKey, String entity) {}
}
