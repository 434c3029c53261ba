package dev.godwit.migration.operation.transform;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.definition.Triggers;
import dev.godwit.migration.definition.Writers;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;

/**
 * A transform joined with the catalog: everything that is known before a row is read.
 *
 * @param key column that names a row
 * @param leaves the heaps whose blocks are scanned: the root itself, or its leaf partitions
 * @param changed columns that are set, in the order of the definition
 * @param others the other columns
 * @param returnsOld whether the server answers the old row of an UPDATE, as PostgreSQL does from 18 on
 */
public record TransformModel(
        TransformDefinition definition,
        TableName root,
        String key,
        KeyType keyType,
        List<TableName> leaves,
        List<Changed> changed,
        List<String> others,
        boolean returnsOld) {

    public TransformModel {
        leaves = List.copyOf(leaves);
        changed = List.copyOf(changed);
        others = List.copyOf(others);
    }

    /**
     * A column that is set.
     *
     * @param type as declared, for casts from text
     * @param bareType without length and with domains resolved
     */
    public record Changed(String name, String type, String bareType, boolean notNull, String expression) {}

    public boolean triggersOff() {
        return definition.triggers() == Triggers.OFF;
    }

    /** Whether what the application writes since the run began is right as it is. */
    public boolean writersNew() {
        return definition.writers() == Writers.NEW;
    }
}
