package dev.godwit.audit.health;

/**
 * One measure as it was taken.
 *
 * @param value null when nothing is known, or nothing is there to measure
 * @param state ok, empty, warn, unknown, critical
 * @param worse where the value goes when things get worse: higher, lower
 * @param critical null: nothing is
 * @param reason code of why it is unknown; else null
 * @param read rows that it rests on; null where only its query knows
 * @param of rows that there were, where not all were read; else null
 */
public record Measure(
        String name,
        boolean builtIn,
        String unit,
        Double value,
        String state,
        String worse,
        double warn,
        Double critical,
        String reason,
        String detail,
        Long read,
        Long of) {

    /** The same, of which nobody knows any more whether it holds. */
    Measure stale() {
        return new Measure(
                name, builtIn, unit, value, Health.UNKNOWN, worse, warn, critical, "stale", detail, read, of);
    }
}
