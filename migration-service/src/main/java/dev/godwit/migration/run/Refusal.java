package dev.godwit.migration.run;

/**
 * A command that cannot be done, for a reason that its sender can understand and act on. Nothing was written.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Who must act, which decides the HTTP status: 400, 404, 409, 412 or 422. */
    public enum Kind {
        BAD_REQUEST,
        NOT_FOUND,
        CONFLICT,
        PLAN_CHANGED,
        REFUSED
    }

    private final Kind kind;
    private final String code;

    public Refusal(Kind kind, String code, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.code = code;
    }

    public Kind kind() {
        return kind;
    }

    /** Stable snake_case code, part of the contract. */
    public String code() {
        return code;
    }
}
