package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a selection.
 *
 * @param outcomes in a commit, what was done; in a plan, what a commit would do
 * @param written rows written (or, in a plan, to be written) per table
 * @param notFound keys of the selection that no row has
 * @param outOfScope keys of the selection outside the definition's {@code where}
 * @param deferred keys that must wait for a row beyond this batch
 * @param read entities that the selection yielded
 */
public record BatchResult(
        List<Outcome> outcomes,
        Map<String, Long> written,
        List<String> notFound,
        List<String> outOfScope,
        List<String> deferred,
        int read) {

    /** Nothing selected, nothing done. */
    public static final BatchResult NOTHING = new BatchResult(List.of(), Map.of(), List.of(), List.of(), List.of(), 0);

    /** Whether the batch wrote, or would write, any row of the user's tables. */
    public boolean wrote() {
        return written.values().stream().anyMatch(n -> n > 0);
    }

    /** This result with further outcomes. */
    public BatchResult with(List<Outcome> more) {
        List<Outcome> all = new ArrayList<>(outcomes);
        all.addAll(more);
        return new BatchResult(all, written, notFound, outOfScope, deferred, read);
    }

    /** This result with these outcomes instead. */
    public BatchResult replacing(List<Outcome> others) {
        return new BatchResult(others, written, notFound, outOfScope, deferred, read);
    }

    /** This result with further rows written. */
    BatchResult withWritten(String table, long rows) {
        return new BatchResult(outcomes, sum(written, Map.of(table, rows)), notFound, outOfScope, deferred, read);
    }

    /** Adds up rows written per table. */
    static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other) {
        Map<String, Long> sum = new LinkedHashMap<>(one);
        other.forEach((table, rows) -> sum.merge(table, rows, Long::sum));
        return sum;
    }
}
