package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * A table that references the migrated one and whose own key derives from that reference.
 *
 * @param key column that is rewritten
 * @param to new key, over the child's columns after its reference was rewritten
 */
public record DerivedChild(TableName table, String key, KeyExpression to) {

    public DerivedChild {
        Objects.requireNonNull(table);
        Objects.requireNonNull(key);
        Objects.requireNonNull(to);
    }
}
