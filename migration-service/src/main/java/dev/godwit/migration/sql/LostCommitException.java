package dev.godwit.migration.sql;

/** PostgreSQL answered COMMIT, but the transaction is not committed: a failed transaction answers ROLLBACK without an error. */
public final class LostCommitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LostCommitException(String status) {
        super("the transaction did not commit; its status is " + status);
    }
}
