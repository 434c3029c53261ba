package dev.godwit.migration.plan;

/**
 * Something that preflight found.
 *
 * @param code stable snake_case code
 * @param message names the obstacle
 * @param remedy the way out, often a line of SQL
 */
public record Finding(Severity severity, String code, String message, String remedy) {

    /** REFUSE: the run must not start. FOLLOW: it may, but not to follow without end. WARN: it may, knowing this. */
    public enum Severity {
        REFUSE,
        FOLLOW,
        WARN
    }

    static Finding refuse(String code, String message, String remedy) {
        return new Finding(Severity.REFUSE, code, message, remedy);
    }

    static Finding refuseToFollow(String code, String message, String remedy) {
        return new Finding(Severity.FOLLOW, code, message, remedy);
    }

    static Finding warn(String code, String message, String remedy) {
        return new Finding(Severity.WARN, code, message, remedy);
    }

    /** Whether it stops the run. */
    public boolean refuses() {
        return severity == Severity.REFUSE;
    }

    /** Whether it stops a run that is to follow the application until somebody ends it. */
    public boolean refusesToFollow() {
        return severity != Severity.WARN;
    }
}
