package dev.godwit.cli;

/** Ends a command with a message for the user and an exit code. It is never shown with a stack trace, so the message must name the way out. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String UNREACHABLE = "unreachable";

    private final int exitCode;
    private final String code;

    private Failure(int exitCode, String code, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.code = code;
    }

    /** It was tried and did not work (exit code 1). */
    public static Failure failed(String message) {
        return new Failure(ExitCode.FAILED, "failed", message, null);
    }

    /** As {@link #failed(String)}, keeping what caused it for a debugger. */
    public static Failure failed(String message, Throwable cause) {
        return new Failure(ExitCode.FAILED, "failed", message, cause);
    }

    /** Nobody answered (exit code 1); trying again later may help, see {@link #isUnreachable}. */
    public static Failure unreachable(String message, Throwable cause) {
        return new Failure(ExitCode.FAILED, UNREACHABLE, message, cause);
    }

    /** The user asked for something that cannot be (exit code 2). */
    public static Failure usage(String message) {
        return new Failure(ExitCode.USAGE, "usage", message, null);
    }

    /** An outcome with an exit code and a stable code of its own, as a service reports it. */
    public static Failure of(int exitCode, String code, String message) {
        return new Failure(exitCode, code, message, null);
    }

    /** The process's exit code, one of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }

    /** Stable, for programs: snake_case. */
    public String code() {
        return code;
    }

    /** True when a service did not answer, as opposed to answering that it cannot. */
    public boolean isUnreachable() {
        return code.equals(UNREACHABLE);
    }
}
