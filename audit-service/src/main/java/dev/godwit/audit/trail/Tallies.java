package dev.godwit.audit.trail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Outcomes of several events counted by kind; one that replaces another takes the other's count back. */
final class Tallies {

    /** A row of table tally to be added to; without a reason its text is empty. */
    record Counted(String run, String table, boolean entity, String outcome, String reason, long count) {

        Counted with(long newCount) {
            return new Counted(run, table, entity, outcome, reason, newCount);
        }
    }

    private Tallies() {}

    static List<Counted> of(List<OutcomeEvent> events) {
        Map<Counted, Long> counts = new HashMap<>();
        for (OutcomeEvent event : events) {
            for (EncodedOutcomes.Tallied each : event.outcomes().tallies()) {
                String reason = each.reason() == null ? "" : each.reason();
                counts.merge(
                        new Counted(event.run(), each.table(), each.entity(), each.outcome(), reason, 0),
                        each.count(),
                        Long::sum);
            }
        }
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().with(entry.getValue()))
                .toList();
    }
}
