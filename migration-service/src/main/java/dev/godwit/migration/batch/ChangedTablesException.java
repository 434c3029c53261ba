package dev.godwit.migration.batch;

/**
 * The tables are no longer those that the run was compiled for, or cut into chunks: VACUUM FULL, CLUSTER or TRUNCATE gave one a new heap, or a foreign key has come. The batch
 * is rolled back, and the run told to look at its tables once more.
 */
public final class ChangedTablesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ChangedTablesException(String message) {
        super(message);
    }
}
