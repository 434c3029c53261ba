package dev.godwit.audit.inbox;

/** A message that no number of tries makes readable. Its text is the reason that the dead letter carries; it holds no row contents. */
final class PoisonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PoisonException(String reason) {
        super(reason, null, false, false);
    }
}
