package dev.godwit.migration.pace;

import dev.godwit.migration.pace.Reading.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides how much of what a run's level allows it gets: additive increase, in small steps near where it did harm last, while all signals are good, multiplicative decrease while one is beyond its soft limit, a stop
 * while one is beyond its hard limit, and no change in the dead band between. Pure: what it remembers is in {@link PaceState}, the time is given.
 *
 * <p>A signal that cannot be read is not good: the run goes no faster at once, and gives way when that lasts. At {@link PaceLevel#FULL} soft limits are not looked at.
 */
public final class Controller {

    /** What a run begins with. */
    static final double FIRST = 0.5;

    /** What is left to a run that gives way; less only a stop takes. */
    static final double FLOOR = 0.1;

    /** Reason of a run outside its window. */
    static final String WINDOW = "window";

    private static final double STEP_PER_SECOND = 0.05;
    private static final double SMALL_STEP_PER_SECOND = 0.02;
    private static final double CUT = 0.5;

    /** Steps become small well below the share that did harm last, so that the dead band is not stepped over. */
    private static final double CAREFUL = 0.7;

    /** Beyond it, seen from where steps became small, the run has got past the share that did harm last: it was somebody else's, or is over. */
    private static final double PAST = 1.1 / CAREFUL;

    private static final Duration COOL = Duration.ofSeconds(3);
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** Decisions that come late do not make up for the time between. */
    private static final Duration STEP_MAX = Duration.ofSeconds(2);

    private Controller() {}

    /**
     * The next decision.
     *
     * @param window when the run may work; empty: always. A limit counts for more: outside of its hours a run still takes what the application writes
     * @param readings of now; none at all means that none could be read
     */
    static PaceState decide(
            PaceState before, PaceLevel level, Optional<Window> window, List<Reading> readings, Instant now) {
        Optional<PaceState> stopped = stopBeyondHard(before, readings, now);
        if (stopped.isPresent()) {
            return stopped.get();
        }
        Optional<Window> closed = window.filter(hours -> !hours.isOpen(now));
        if (closed.isPresent()) {
            return stop(before, WINDOW, "opens at " + closed.get().opens(now), now);
        }
        return level == PaceLevel.FULL ? PaceState.unhindered(1, now) : steer(before, readings, now);
    }

    /** The next decision for a run that only follows the application: it stands still beyond hard limits, and has to keep up else. What comes after begins with the share that it had, or carefully if it stood still. */
    static PaceState follow(PaceState before, List<Reading> readings, Instant now) {
        return stopBeyondHard(before, readings, now)
                .orElseGet(() -> goingOn(before, before.share(), before.slowFrom(), Optional.empty(), now));
    }

    private static Optional<PaceState> stopBeyondHard(PaceState before, List<Reading> readings, Instant now) {
        return beyondHard(before, readings)
                .map(hard -> stop(before, hard.signal().name(), hard.describe(), now));
    }

    private static Optional<Reading> beyondHard(PaceState before, List<Reading> readings) {
        return worst(readings, Standing.HARD).or(() -> readings.stream()
                .filter(reading ->
                        before.stopped().filter(reading.signal().name()::equals).isPresent())
                .filter(Reading::keepsStopped)
                .findFirst());
    }

    private static PaceState stop(PaceState before, String reason, String detail, Instant now) {
        boolean closed = reason.equals(WINDOW);
        return new PaceState(
                closed ? FIRST : FLOOR,
                closed ? before.slowFrom() : slowFrom(before, now),
                Optional.of(reason),
                Optional.of(reason),
                Optional.of(detail),
                now,
                closed ? now : now.plus(COOL),
                before.unknownSince(),
                Optional.of(before.stoppedSince().orElse(now)));
    }

    private static PaceState steer(PaceState before, List<Reading> readings, Instant now) {
        Optional<Reading> soft = worst(readings, Standing.SOFT);
        Optional<Instant> unknownSince =
                isUnknown(readings) ? Optional.of(before.unknownSince().orElse(now)) : Optional.empty();
        if (soft.isPresent()) {
            return giveWay(before, soft.get().signal().name(), soft.get().describe(), unknownSince, now);
        }
        if (unknownSince.filter(since -> !now.isBefore(since.plus(GRACE))).isPresent()) {
            Optional<Reading> unknown = worst(readings, Standing.UNKNOWN);
            return giveWay(
                    before,
                    unknown.map(reading -> reading.signal().name()).orElse("signals"),
                    unknown.map(Reading::describe).orElse("no signal could be read"),
                    unknownSince,
                    now);
        }
        boolean calm = unknownSince.isEmpty() && worst(readings, Standing.NEAR).isEmpty();
        double share = calm && !now.isBefore(before.growAfter()) ? grown(before, now) : before.share();
        return goingOn(before, share, share == 1 ? 1 : before.slowFrom(), unknownSince, now);
    }

    private static PaceState goingOn(
            PaceState before, double share, double slowFrom, Optional<Instant> unknownSince, Instant now) {
        return new PaceState(
                share,
                slowFrom,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                before.growAfter(),
                unknownSince,
                Optional.empty());
    }

    private static boolean isUnknown(List<Reading> readings) {
        return readings.isEmpty() || worst(readings, Standing.UNKNOWN).isPresent();
    }

    /** Of several decisions in a row to go slower, the first knows where it did harm. */
    private static double slowFrom(PaceState before, Instant now) {
        return now.isBefore(before.growAfter()) ? before.slowFrom() : Math.max(FLOOR, CAREFUL * before.share());
    }

    private static double grown(PaceState before, Instant now) {
        Duration since = Duration.between(before.at(), now);
        Duration step = since.compareTo(STEP_MAX) > 0 ? STEP_MAX : since;
        boolean near = before.share() >= before.slowFrom() && before.share() < before.slowFrom() * PAST;
        double perSecond = near ? SMALL_STEP_PER_SECOND : STEP_PER_SECOND;
        return Math.min(1, before.share() + perSecond * step.toMillis() / 1000.0);
    }

    private static PaceState giveWay(
            PaceState before, String reason, String detail, Optional<Instant> unknownSince, Instant now) {
        return new PaceState(
                Math.max(FLOOR, before.share() * CUT),
                slowFrom(before, now),
                Optional.empty(),
                Optional.of(reason),
                Optional.of(detail),
                now,
                now.plus(COOL),
                unknownSince,
                Optional.empty());
    }

    /** Of those that stand so, the one farthest beyond its soft limit. */
    private static Optional<Reading> worst(List<Reading> readings, Standing standing) {
        return readings.stream()
                .filter(reading -> reading.standing() == standing)
                .max(Comparator.comparingDouble(
                        reading -> reading.value().orElse(0) / reading.signal().soft()));
    }
}
