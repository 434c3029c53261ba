package dev.godwit.audit.trail;

import java.util.Comparator;

/**
 * A place where a chain does not hold.
 *
 * @param position the outcome in the event, from 1; null where the event as a whole is meant
 * @param kind of an event: {@code missing} (it is not here, though one after it is), {@code broken-hash} (its content does not have the hash it claims),
 *     {@code broken-link} (it does not follow the event before it), {@code fork} (another event claimed the same place), {@code altered-copy} (a known
 *     event came again with another hash), {@code forgotten} (it is not here, and whoever was asked for it has no more of it); of an outcome: {@code altered-row}, {@code removed-row}, {@code added-row}, {@code moved-row}
 */
public record Finding(String stream, long sequence, Integer position, String kind) {

    /** Kind of what is missing for good. */
    public static final String FORGOTTEN = "forgotten";

    /** Along the chains; what concerns a whole event before its rows. */
    static final Comparator<Finding> IN_ORDER = Comparator.comparing(Finding::stream)
            .thenComparingLong(Finding::sequence)
            .thenComparing(Finding::position, Comparator.nullsFirst(Comparator.naturalOrder()));
}
