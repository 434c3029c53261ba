package dev.godwit.migration.batch;

/** Another worker holds the chunk: the message is a double and may be dropped. */
public final class LeaseTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LeaseTakenException(int chunk) {
        super("chunk " + chunk + " is worked on elsewhere", null, false, false);
    }
}
