package dev.godwit.migration.outbox;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Events of a run that somebody missed.
 *
 * @param ranges outcome events by stream and number; none stands for all of them
 * @param after where an earlier answer ended
 */
public record Resend(String run, Kind kind, List<Range> ranges, Optional<Place> after) {

    /** Which events. */
    public enum Kind {
        /** What became of entities. */
        OUTCOMES(Outbox.OUTCOMES),
        /** The life of the run itself. */
        LIFE(Outbox.RUNS);

        private final String topic;

        Kind(String topic) {
            this.topic = topic;
        }

        String topic() {
            return topic;
        }
    }

    /** Numbers of a stream, both ends included. */
    public record Range(String stream, long from, long to) {

        boolean holds(Sent event) {
            return event.stream().equals(stream) && event.sequence() >= from && event.sequence() <= to;
        }
    }

    /** A row of the outbox, in the order in which it is read. */
    public record Place(OffsetDateTime time, UUID id) {}

    /** An event that was sent again: its stream and number, empty and 0 where it belongs to none. */
    public record Sent(String stream, long sequence) {}

    /**
     * What was sent again.
     *
     * @param next where to go on; empty when the outbox has no more of the run
     */
    public record Answer(List<Sent> sent, Optional<Place> next) {}

    public Resend {
        ranges = List.copyOf(ranges);
    }

    boolean wants(Sent event) {
        return kind == Kind.LIFE || ranges.isEmpty() || ranges.stream().anyMatch(range -> range.holds(event));
    }
}
