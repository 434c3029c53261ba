package dev.godwit.audit.trail;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Outcomes counted by everything that reports group by. An entity counts under its last outcome: what that one replaces is taken off, whichever event comes first. */
final class TallyColumns {

    private record Group(String run, String table, boolean entity, String outcome, String reason) {}

    private TallyColumns() {}

    static Tuple of(List<OutcomeEvent> events) {
        Map<Group, Long> counts = new HashMap<>();
        for (OutcomeEvent event : events) {
            for (Outcome outcome : event.outcomes()) {
                counts.merge(group(event, outcome, outcome.outcome(), outcome.reason()), 1L, Long::sum);
                Outcome.Told former = outcome.replaces();
                if (former != null) {
                    counts.merge(group(event, outcome, former.outcome(), former.reason()), -1L, Long::sum);
                }
            }
        }
        List<Map.Entry<Group, Long>> rows = List.copyOf(counts.entrySet());
        return Tuple.tuple()
                .addValue(column(rows, row -> row.getKey().run(), String[]::new))
                .addValue(column(rows, row -> row.getKey().table(), String[]::new))
                .addValue(column(rows, row -> row.getKey().entity(), Boolean[]::new))
                .addValue(column(rows, row -> row.getKey().outcome(), String[]::new))
                .addValue(column(rows, row -> row.getKey().reason(), String[]::new))
                .addValue(column(rows, Map.Entry::getValue, Long[]::new));
    }

    private static Group group(OutcomeEvent event, Outcome outcome, String kind, String reason) {
        return new Group(event.run(), outcome.table(), event.isEntity(outcome), kind, reason == null ? "" : reason);
    }

    private static <T> T[] column(
            List<Map.Entry<Group, Long>> rows, Function<Map.Entry<Group, Long>, T> value, IntFunction<T[]> array) {
        return rows.stream().map(value).toArray(array);
    }
}
