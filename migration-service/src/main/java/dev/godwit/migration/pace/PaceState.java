package dev.godwit.migration.pace;

import java.time.Instant;
import java.util.Optional;

/**
 * Where the controller of a run stands.
 *
 * @param share of what the run's level allows, from {@link Controller#FLOOR} to 1
 * @param slowFrom from this share on the run goes faster by small steps only, until it has got past where it last did harm
 * @param stopped the signal beyond its hard limit that stopped the run, or {@code window}; empty while it may work
 * @param reason stable code of what holds the run back; empty when nothing does but its level
 * @param detail the same for people
 * @param at when this was decided
 * @param growAfter before then the run goes no faster
 * @param unknownSince since when a signal could not be read
 * @param stoppedSince since when the run stands still
 */
public record PaceState(
        double share,
        double slowFrom,
        Optional<String> stopped,
        Optional<String> reason,
        Optional<String> detail,
        Instant at,
        Instant growAfter,
        Optional<Instant> unknownSince,
        Optional<Instant> stoppedSince) {

    /** A run begins below what its level allows, and shows first that it does no harm. */
    public static PaceState begin(Instant now) {
        return unhindered(Controller.FIRST, now);
    }

    /** A run that nothing holds back. */
    static PaceState unhindered(double share, Instant now) {
        return new PaceState(
                share,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now,
                Optional.empty(),
                Optional.empty());
    }
}
