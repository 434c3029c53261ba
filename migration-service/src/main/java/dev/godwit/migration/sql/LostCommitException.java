package dev.godwit.migration.sql;

/** A transaction was to be committed that had failed before: nothing of it is there. */
public final class LostCommitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LostCommitException() {
        super("the transaction had failed before it was committed");
    }
}
