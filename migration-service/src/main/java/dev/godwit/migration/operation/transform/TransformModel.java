package dev.godwit.migration.operation.transform;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.definition.Triggers;
import dev.godwit.migration.definition.Writers;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;
import java.util.Optional;

/**
 * A transform joined with the catalog: everything that is known before a row is read.
 *
 * @param key column that names a row
 * @param leaves the heaps whose blocks are scanned: the root itself, or its leaf partitions
 * @param changed columns that are set, in the order of the definition
 * @param kept the other columns that hold data of their own
 * @param generated columns that PostgreSQL computes from the others
 * @param checks conditions that a changed row must meet, the swapped constraint's not among them
 * @param returnsOld whether the server answers the old row of an UPDATE, as PostgreSQL does from 18 on
 */
public record TransformModel(
        TransformDefinition definition,
        TableName root,
        String key,
        KeyType keyType,
        List<TableName> leaves,
        List<Changed> changed,
        List<String> kept,
        List<Generated> generated,
        List<String> checks,
        boolean returnsOld) {

    public TransformModel {
        leaves = List.copyOf(leaves);
        changed = List.copyOf(changed);
        kept = List.copyOf(kept);
        generated = List.copyOf(generated);
        checks = List.copyOf(checks);
    }

    /**
     * A column that is set.
     *
     * @param type as declared, for casts from text
     * @param bareType without length and with domains resolved
     * @param lengthMax of a character type; a value that is too long is refused by an UPDATE, though a cast would cut it off
     */
    public record Changed(
            String name,
            String type,
            String bareType,
            boolean notNull,
            Optional<Integer> lengthMax,
            String expression) {}

    /** A column that is computed. */
    public record Generated(String name, String type, String expression) {}

    public boolean triggersOff() {
        return definition.triggers() == Triggers.OFF;
    }

    /** Whether what the application writes since the run began is right as it is. */
    public boolean writersNew() {
        return definition.writers() == Writers.NEW;
    }
}
