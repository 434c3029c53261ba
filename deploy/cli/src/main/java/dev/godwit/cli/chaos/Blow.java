package dev.godwit.cli.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Faults that come together, and are healed together.
 *
 * @param quietMillis from the end of the blow before, or from the start of the run
 * @param faults names, in the order in which they come
 * @param gapMillis between two of them
 * @param holdMillis from the last of them to the healing
 */
record Blow(int quietMillis, List<String> faults, int gapMillis, int holdMillis) {

    private static final int QUIET_MILLIS_MAX = 3000;
    private static final int GAP_MILLIS_MAX = 700;
    private static final int HOLD_MILLIS_MAX = 2500;

    /** The next blow of a sequence: the same for a random generator of the same seed, and the same names. One in three is of two faults at once. */
    static Blow next(SplittableRandom random, List<String> names) {
        int count = Math.min(names.size(), random.nextInt(3) == 0 ? 2 : 1);
        List<String> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            String name = names.get(random.nextInt(names.size()));
            if (!drawn.contains(name)) {
                drawn.add(name);
            }
        }
        return new Blow(
                random.nextInt(QUIET_MILLIS_MAX),
                Collections.unmodifiableList(drawn),
                random.nextInt(GAP_MILLIS_MAX),
                random.nextInt(HOLD_MILLIS_MAX));
    }
}
