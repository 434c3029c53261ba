package dev.godwit.migration.operation.rekey;

import dev.godwit.migration.definition.Uuid5;
import java.util.Optional;
import java.util.UUID;

/**
 * An entity as a batch reads it.
 *
 * @param newKey the key it should have; empty when an input of the expression is NULL
 */
public record EntityRow(String key, Optional<String> newKey, boolean inScope) {

    /** Whether the row already has the key it should have. */
    public boolean isSettled() {
        return newKey.isPresent() && newKey.get().equals(key);
    }

    /**
     * The key computed from what the SQL of an expression yields.
     *
     * @param uuid5 whether the expression is {@code uuid5(namespace, name)}; else {@code name} is the key itself
     */
    public static Optional<String> keyOf(boolean uuid5, String namespace, String name) {
        if (name == null || (uuid5 && namespace == null)) {
            return Optional.empty();
        }
        return Optional.of(uuid5 ? Uuid5.of(UUID.fromString(namespace), name).toString() : name);
    }
}
