package dev.godwit.audit.report;

import java.util.List;
import java.util.Map;

/**
 * A run's entities, counted by groups of values of the columns that its definition names. Counts add up to the run's.
 *
 * @param columns of the root table, in the order of the values
 * @param number how many groups there are
 * @param largest the first of them, those with most outcomes before the others
 */
public record RunGroups(List<String> columns, long number, List<Counted> largest) {

    /**
     * One group.
     *
     * @param values texts or nulls, one per column, as they stood before the batch, each cut at 200 characters; null where they are not known
     * @param total outcomes of the group, whatever they are
     * @param counts entities by outcome, zeros included
     */
    public record Counted(List<String> values, long total, Map<String, Long> counts) {

        /** The values as people read them. */
        public List<String> shown() {
            return values == null
                    ? List.of("(not known)")
                    : values.stream()
                            .map(value -> value == null ? "(null)" : value)
                            .toList();
        }
    }

    /** How many are not among the largest. */
    public long leftOut() {
        return number - largest.size();
    }
}
