package dev.godwit.migration.pace;

/**
 * A figure that says how the database is; higher is worse.
 *
 * @param name stable, snake case; the reason that is shown when it holds a run back
 * @param unit what the figure and its limits count
 * @param soft from here on a run gives way
 * @param hard from here on a run stops
 */
public record Signal(String name, String unit, double soft, double hard) {

    public Signal {
        if (!(soft > 0) || !(hard >= soft)) {
            throw new IllegalArgumentException(
                    "the limits of " + name + " must be above zero and the hard one not below the soft one");
        }
    }

    /** The same figure with another soft limit, which is never above its hard one. */
    Signal withSoft(double limit) {
        return new Signal(name, unit, Math.min(limit, hard), hard);
    }
}
