package dev.godwit.audit.health;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How a migration fares.
 *
 * @param at when that was measured
 * @param reason why nothing is known, such as stale; null where the measures hold
 */
public record Health(
        String migration,
        String definitionHash,
        String instance,
        Instant at,
        double everySeconds,
        String state,
        String reason,
        List<Measure> measures) {

    static final String UNKNOWN = "unknown";

    /** Rounds that may be missing before what was measured says nothing any more. */
    private static final int ROUNDS_MISSING = 4;

    private static final Duration GRACE = Duration.ofSeconds(30);

    public Health {
        measures = List.copyOf(measures);
    }

    /** Those of the points, of any migrations and measures, that tell of this one's measure. */
    public List<Point> course(Measure measure, List<Point> points) {
        return points.stream()
                .filter(point ->
                        point.migration().equals(migration) && point.name().equals(measure.name()))
                .toList();
    }

    /** The same if it is fresh; else nothing is known. */
    Health asOf(Instant now) {
        Duration oldest =
                Duration.ofMillis((long) (everySeconds * 1000 * ROUNDS_MISSING)).plus(GRACE);
        return at.plus(oldest).isAfter(now)
                ? this
                : new Health(
                        migration,
                        definitionHash,
                        instance,
                        at,
                        everySeconds,
                        UNKNOWN,
                        "stale",
                        measures.stream().map(Measure::stale).toList());
    }
}
