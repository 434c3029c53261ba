package dev.godwit.audit.api;

import java.time.Duration;
import java.util.Optional;

/** A caller's mistake, or one caller too many; answered as a {@link Problem}, never logged with a stack trace. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Duration SOON = Duration.ofSeconds(5);

    private final int status;
    private final String code;
    private final Duration retryAfter;

    private ProblemException(int status, String code, String detail) {
        this(status, code, detail, null);
    }

    private ProblemException(int status, String code, String detail, Duration retryAfter) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** What was asked for is not there. */
    public static ProblemException notFound(String code, String detail) {
        return new ProblemException(404, code, detail);
    }

    /** The request cannot be understood. */
    public static ProblemException badRequest(String code, String detail) {
        return new ProblemException(400, code, detail);
    }

    /** There is no place for it now; it may be asked again soon. */
    static ProblemException busy(String code, String detail) {
        return new ProblemException(503, code, detail, SOON);
    }

    /** {@code after} is not what the page before said. */
    public static ProblemException badCursor() {
        return badRequest("bad_cursor", "Give 'after' as the 'next' of the page before, or leave it out.");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** When to ask again; empty where that would change nothing. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
