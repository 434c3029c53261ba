package dev.godwit.migration.constraint;

import java.util.List;

/**
 * Rows that a condition forbids.
 *
 * @param keys the first of them, in the order in which they were met
 * @param counted how many there are, up to {@link #COUNTED_MAX}
 * @param pending how many of those counted the run still has to change
 */
public record Violations(String constraint, List<String> keys, long counted, long pending) {

    /** Nobody reads more than that many. */
    static final int COUNTED_MAX = 1000;

    /** How many are named. */
    static final int NAMED_MAX = 5;

    public Violations {
        keys = List.copyOf(keys);
    }

    /** Whether the condition holds for every row. */
    public boolean isEmpty() {
        return counted == 0;
    }

    /** Whether they are the run's own business, so that it may simply go on. */
    public boolean arePending() {
        return counted > 0 && pending == counted;
    }

    /** How many rows, and which: {@code 3 rows: 7, 9, 12}. */
    public String describe() {
        String number = counted < COUNTED_MAX ? Long.toString(counted) : COUNTED_MAX + " or more";
        String named = String.join(", ", keys) + (counted > keys.size() ? ", …" : "");
        return number + (counted == 1 ? " row: " : " rows: ") + named;
    }
}
