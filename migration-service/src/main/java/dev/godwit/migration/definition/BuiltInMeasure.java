package dev.godwit.migration.definition;

import dev.godwit.migration.definition.Limits.Worse;
import java.util.Arrays;
import java.util.Optional;

/** What Godwit itself measures where an operation gives rows new keys; a definition may set other limits. */
public enum BuiltInMeasure {
    /** Part of the entities in scope whose key is not the one that they should have. */
    WRONG_KEYS("wrong-keys", "ratio", Limits.above(0)),
    /** Part of the entities made lately whose key is right: less than all of them, and the application still makes wrong ones. */
    NEW_RIGHT_KEYS("new-right-keys", "ratio", Limits.below(1)),
    /** References to nothing, for each column that refers to entities. */
    ORPHANS("orphans", "references", Limits.above(0));

    private final String wireName;
    private final String unit;
    private final Limits limits;

    BuiltInMeasure(String wireName, String unit, Limits limits) {
        this.wireName = wireName;
        this.unit = unit;
        this.limits = limits;
    }

    /** Name in definitions and events. */
    public String wireName() {
        return wireName;
    }

    /** What the number counts. */
    public String unit() {
        return unit;
    }

    /** The limits unless the definition sets others. */
    public Limits limits() {
        return limits;
    }

    Worse worse() {
        return limits.worse();
    }

    static Optional<BuiltInMeasure> named(String name) {
        return Arrays.stream(values())
                .filter(measure -> measure.wireName.equals(name))
                .findFirst();
    }
}
