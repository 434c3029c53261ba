package dev.godwit.cli;

/** What the command tells the shell. Scripts rely on these numbers; they never change their meaning. */
public final class ExitCode {
    /** Everything that was asked for is done. */
    public static final int DONE = 0;
    /** It was tried and it failed, or a service could not be reached. */
    public static final int FAILED = 1;
    /** The command line or a definition is wrong; nothing was tried. */
    public static final int USAGE = 2;
    /** Done, but entities are in conflict, quarantined or, after a rollback, diverged. */
    public static final int CONFLICTS = 3;
    /** Refused before anything was written: policy, privileges, a changed plan, an illegal transition. */
    public static final int REFUSED = 4;
    /** Verification found differences, or something is wrong with a graph. */
    public static final int DIFFERENCES = 5;

    private ExitCode() {}
}
