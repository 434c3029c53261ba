package dev.godwit.cli.chaos;

import java.util.List;

/**
 * Faults that come together, and are healed together.
 *
 * @param quietMillis from the end of the blow before, or from the start of the run
 * @param faults names, in the order in which they come
 * @param gapMillis between two of them
 * @param holdMillis from the last of them to the healing
 */
record Blow(int quietMillis, List<String> faults, int gapMillis, int holdMillis) {}
