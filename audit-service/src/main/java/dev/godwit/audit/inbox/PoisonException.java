package dev.godwit.audit.inbox;

/** A message that no number of tries makes readable. Its text is the reason that the dead letter carries; it holds no row contents. */
final class PoisonException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final String MISMATCH = "schema mismatch: ";

    PoisonException(String reason) {
        super(reason, null, false, false);
    }

    /** A value that is not as the schema wants it. */
    static PoisonException mismatch(String path, String complaint) {
        return new PoisonException(MISMATCH + path + " " + complaint);
    }

    /** The same mismatch, told from further outside. */
    PoisonException within(String place) {
        return getMessage().startsWith(MISMATCH)
                ? new PoisonException(MISMATCH + place + getMessage().substring(MISMATCH.length()))
                : this;
    }
}
