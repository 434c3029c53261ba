package dev.godwit.migration.run;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The states of a run and the only legal ways between them. The table below is the documentation; a test walks every illegal pair.
 *
 * <pre>
 * planning      planned (a dry-run ends here) · backfilling · failed · cancelling
 * planned       (forget)
 * backfilling   following (all chunks done) · paused · failed · cancelling
 * following     verifying (caught up, completion asked for) · paused · failed · cancelling · backfilling (a gap asks for a re-scan)
 * verifying     completed · following (differences found and repaired, or it was only asked to verify) · paused · failed · cancelling
 * paused        backfilling, following, verifying, rolling-back (where it was) · cancelling · rolling-back
 * failed        the same as paused, and planning
 * cancelling    cancelled (batches in hand have ended) · failed (it is in another database cluster than where it began)
 * completed     rolling-back
 * cancelled     rolling-back
 * rolling-back  rolled-back · paused · failed
 * rolled-back   (forget, or a new run)
 * </pre>
 */
public enum RunState {
    PLANNING,
    PLANNED,
    BACKFILLING,
    FOLLOWING,
    VERIFYING,
    PAUSED,
    FAILED,
    CANCELLING,
    CANCELLED,
    COMPLETED,
    ROLLING_BACK,
    ROLLED_BACK;

    private static final Map<RunState, Set<RunState>> NEXT = transitions();
    private static final Set<RunState> STOPPED = EnumSet.of(PAUSED, FAILED);
    private static final Set<RunState> TURNED = EnumSet.of(CANCELLING, ROLLING_BACK);

    private static Map<RunState, Set<RunState>> transitions() {
        Map<RunState, Set<RunState>> next = new EnumMap<>(RunState.class);
        next.put(PLANNING, EnumSet.of(PLANNED, BACKFILLING, FAILED, CANCELLING));
        next.put(PLANNED, EnumSet.noneOf(RunState.class));
        next.put(BACKFILLING, EnumSet.of(FOLLOWING, PAUSED, FAILED, CANCELLING));
        next.put(FOLLOWING, EnumSet.of(VERIFYING, BACKFILLING, PAUSED, FAILED, CANCELLING));
        next.put(VERIFYING, EnumSet.of(COMPLETED, FOLLOWING, PAUSED, FAILED, CANCELLING));
        next.put(PAUSED, EnumSet.of(BACKFILLING, FOLLOWING, VERIFYING, ROLLING_BACK, CANCELLING));
        next.put(FAILED, EnumSet.of(PLANNING, BACKFILLING, FOLLOWING, VERIFYING, ROLLING_BACK, CANCELLING));
        next.put(CANCELLING, EnumSet.of(CANCELLED, FAILED));
        next.put(CANCELLED, EnumSet.of(ROLLING_BACK));
        next.put(COMPLETED, EnumSet.of(ROLLING_BACK));
        next.put(ROLLING_BACK, EnumSet.of(ROLLED_BACK, PAUSED, FAILED));
        next.put(ROLLED_BACK, EnumSet.noneOf(RunState.class));
        return next;
    }

    /** Whether a run may go from this state to {@code target} in one step. */
    public boolean mayBecome(RunState target) {
        return NEXT.get(this).contains(target);
    }

    /** Whether a run that becomes {@code target} has come further by what was done in its database, rather than being stopped, turned back or set going again. */
    boolean advancesTo(RunState target) {
        return !STOPPED.contains(this) && !TURNED.contains(target) && !STOPPED.contains(target);
    }

    /** The states in which a batch of the backfill, tail, request or sweep lane may commit. */
    public boolean acceptsBatches() {
        return this == BACKFILLING || this == FOLLOWING || this == VERIFYING;
    }

    /** Whether change events of the run's tables still matter to it: it works on them now or may do so after a resume. */
    public boolean watchesChanges() {
        return acceptsBatches() || this == PAUSED || this == FAILED;
    }

    /** Whether nothing happens any more without a command. */
    public boolean isTerminal() {
        return this == PLANNED || this == COMPLETED || this == CANCELLED || this == ROLLED_BACK;
    }

    /** The name in events, REST, SQL and on the command line. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads a name written by {@link #wireName()}. */
    public static RunState ofWireName(String name) {
        return Arrays.stream(values())
                .filter(state -> state.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no run state is called '" + name + "'"));
    }
}
