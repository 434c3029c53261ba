package dev.godwit.migration.batch;

/** A merge that would lose something; the entities concerned are quarantined with this message. */
final class MergeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MergeRefusedException(String message) {
        super(message);
    }
}
