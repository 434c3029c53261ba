package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * Which of several entities with one new key stays.
 *
 * @param expression SQL expression over the table's columns by which they are ordered
 */
public record Survivor(Direction direction, String expression) {

    /** NEWEST keeps the greatest value, OLDEST the least. */
    public enum Direction {
        NEWEST,
        OLDEST
    }

    public Survivor {
        Objects.requireNonNull(direction);
        Objects.requireNonNull(expression);
    }
}
