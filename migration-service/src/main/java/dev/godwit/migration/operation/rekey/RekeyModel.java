package dev.godwit.migration.operation.rekey;

import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.Survivor;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.Triggers;
import java.util.List;
import java.util.Optional;

/**
 * A rekey definition joined with the catalog: everything that is known before a row is read.
 *
 * @param leaves the heaps whose blocks are scanned: the root itself, or its leaf partitions
 * @param derived children whose keys derive from a rewritten key, parents first; the first has map 1
 * @param rewrites every table that a batch writes, the root first
 * @param merges every reference to the root or a derived child that a merge of duplicates must move, by map
 * @param softReferences declared references, with how each is found
 */
public record RekeyModel(
        RekeyDefinition definition,
        TableName root,
        String key,
        KeyType keyType,
        List<String> rootColumns,
        List<TableName> leaves,
        List<DerivedKey> derived,
        List<TableRewrite> rewrites,
        List<MergeReference> merges,
        List<FoundReference> softReferences) {

    public KeyExpression to() {
        return definition.to();
    }

    public String where() {
        return definition.where();
    }

    public OnDuplicate onDuplicate() {
        return definition.onDuplicate();
    }

    public Optional<Survivor> survivor() {
        return definition.survivor();
    }

    public boolean triggersOff() {
        return definition.triggers() == Triggers.OFF;
    }

    /** The table whose keys map {@code map} rewrites. */
    public TableName tableOfMap(int map) {
        return map == 0 ? root : derived.get(map - 1).table();
    }

    /** The key column that map {@code map} rewrites. */
    public String keyOfMap(int map) {
        return map == 0 ? key : derived.get(map - 1).key();
    }

    /** The type of the keys of map {@code map}. */
    public KeyType typeOfMap(int map) {
        return map == 0 ? keyType : derived.get(map - 1).type();
    }

    /** Whether a reference that the catalog knows is declared too, and so found another way. */
    public boolean isDeclared(MergeReference reference) {
        return softReferences.stream()
                .anyMatch(soft -> soft.table().equals(reference.table())
                        && soft.reference().column().equals(reference.column()));
    }

    /** References that are not searched per batch, because no index would serve the search. */
    public List<FoundReference> sweptReferences() {
        return softReferences.stream().filter(r -> !r.inBatch()).toList();
    }

    /**
     * A child whose own key is computed from the key it references.
     *
     * @param parentMap the map of the table it hangs on: 0, or an earlier derived child
     * @param parentColumn the column that holds the parent's key
     * @param columns all its columns, for the row that the expression sees
     */
    public record DerivedKey(
            TableName table,
            String key,
            KeyType type,
            int parentMap,
            String parentColumn,
            KeyType parentType,
            KeyExpression to,
            List<String> columns) {}

    /**
     * A column that references the root or a derived child, as a merge of duplicates sees it.
     *
     * @param primaryKey columns that name a row of {@code table}; empty when it has none
     * @param uniques unique indexes in which a child that is moved there may meet a child of the survivor
     * @param derivedMap the child's own map when its key derives from the column, else -1
     */
    public record MergeReference(
            TableName table,
            String column,
            KeyType type,
            int map,
            List<String> primaryKey,
            List<Index> uniques,
            int derivedMap,
            ColumnRewrite.Kind kind,
            Optional<String> when) {

        boolean isOf(TableName rewritten, ColumnRewrite rewrite) {
            return table.equals(rewritten) && column.equals(rewrite.column()) && map == rewrite.map();
        }

        MergeReference under(Optional<String> condition) {
            return new MergeReference(table, column, type, map, primaryKey, uniques, derivedMap, kind, condition);
        }
    }

    /**
     * A declared reference.
     *
     * @param inBatch true: an index serves the search and each batch rewrites it; false: swept in chunks of its own table
     */
    public record FoundReference(
            SoftReference reference,
            Form form,
            String columnType,
            List<String> primaryKey,
            List<String> primaryKeyTypes,
            List<TableName> leaves,
            boolean inBatch) {

        /** How the column holds the key. */
        public enum Form {
            COLUMN,
            ARRAY,
            JSON,
            PATTERN
        }

        public TableName table() {
            return reference.table();
        }
    }
}
