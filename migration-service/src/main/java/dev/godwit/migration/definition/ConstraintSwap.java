package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * A check constraint that follows the rows: one that allows both forms while they are transformed, the new one when none is left of the old.
 *
 * @param name of the constraint, before and after
 * @param from what it demands before
 * @param to what it demands afterwards
 */
public record ConstraintSwap(String name, String from, String to) {
    public ConstraintSwap {
        Objects.requireNonNull(name);
        Objects.requireNonNull(from);
        Objects.requireNonNull(to);
    }
}
