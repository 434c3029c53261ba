package dev.godwit.migration.operation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The group in which an entity is counted: what stood in the columns that the definition's {@code summary} names, before the batch that told the outcome.
 *
 * @param values texts or nulls, one per column, each cut at {@link #CHARACTERS_MAX}; none where what stood there is not known
 */
public record Group(List<String> values) {

    /** So much of a value is kept; longer ones that begin alike are one group. */
    public static final int CHARACTERS_MAX = 200;

    /** The group of entities that nobody has read: their rows are gone, or are none. */
    public static final Group UNKNOWN = new Group(List.of());

    public Group {
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    public boolean isKnown() {
        return !values.isEmpty();
    }
}
