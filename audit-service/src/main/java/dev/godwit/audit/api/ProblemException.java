package dev.godwit.audit.api;

/** A caller's mistake; answered as a {@link Problem}, never logged with a stack trace. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    private ProblemException(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** What was asked for is not there. */
    public static ProblemException notFound(String code, String detail) {
        return new ProblemException(404, code, detail);
    }

    /** The request cannot be understood. */
    public static ProblemException badRequest(String code, String detail) {
        return new ProblemException(400, code, detail);
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
}
