package dev.godwit.audit.trail;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Events turned into columns, for statements that take arrays. */
final class EventColumns {

    private EventColumns() {}

    static Tuple of(List<OutcomeEvent> events) {
        return Tuple.tuple()
                .addValue(column(events, OutcomeEvent::id, UUID[]::new))
                .addValue(column(events, OutcomeEvent::run, String[]::new))
                .addValue(column(events, OutcomeEvent::migration, String[]::new))
                .addValue(column(events, OutcomeEvent::mode, String[]::new))
                .addValue(column(events, OutcomeEvent::lane, String[]::new))
                .addValue(column(events, OutcomeEvent::stream, String[]::new))
                .addValue(column(events, OutcomeEvent::sequence, Long[]::new))
                .addValue(column(events, OutcomeEvent::previousHash, String[]::new))
                .addValue(column(events, OutcomeEvent::hash, String[]::new))
                .addValue(column(events, OutcomeEvent::batch, Long[]::new))
                .addValue(column(events, OutcomeEvent::commandId, String[]::new))
                .addValue(column(events, OutcomeEvent::table, String[]::new))
                .addValue(column(events, event -> event.outcomes().size(), Integer[]::new))
                .addValue(column(events, event -> event.at().atOffset(ZoneOffset.UTC), OffsetDateTime[]::new));
    }

    static Tuple places(List<OutcomeEvent> events) {
        return Tuple.tuple()
                .addValue(column(events, OutcomeEvent::id, UUID[]::new))
                .addValue(column(events, OutcomeEvent::run, String[]::new))
                .addValue(column(events, OutcomeEvent::stream, String[]::new))
                .addValue(column(events, OutcomeEvent::sequence, Long[]::new))
                .addValue(column(events, OutcomeEvent::hash, String[]::new));
    }

    private static <T> T[] column(List<OutcomeEvent> events, Function<OutcomeEvent, T> value, IntFunction<T[]> array) {
        return events.stream().map(value).toArray(array);
    }
}
