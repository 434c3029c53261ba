package dev.godwit.audit.migration;

/** migration-service did not do what it was asked for, or does not answer; the message says why, in words for people. */
public final class RefusalException extends RuntimeException {

    /** There was no answer. */
    public static final String UNAVAILABLE = "migration_unavailable";

    private static final long serialVersionUID = 1L;

    private final String code;

    RefusalException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Stable code, as docs/reference/errors.md lists them. */
    public String code() {
        return code;
    }
}
