package dev.godwit.migration.batch;

import static dev.godwit.migration.operation.imports.ImportSourceSql.BYTES_MAX;
import static dev.godwit.migration.operation.imports.ImportSourceSql.ROW_BYTES_MAX;

/** More hangs on the entities of a batch than can be held at once. A smaller batch may succeed; what fails alone cannot be done. */
final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int MEBIBYTE = 1 << 20;

    private TooLargeException(String message) {
        super(message);
    }

    /** Too many rows of a table hang on the entities. */
    static TooLargeException ofRows(String table, int max) {
        return new TooLargeException(
                "more than " + max + " rows of " + table + " hang on it, which is more than one transaction takes");
    }

    /**
     * The values of rows are too many bytes.
     *
     * @param bytes of the row at which it was too much
     */
    static TooLargeException ofValues(String table, int bytes) {
        return new TooLargeException(
                bytes > ROW_BYTES_MAX
                        ? "its values have " + bytes / MEBIBYTE + " MiB, and a row of " + table
                                + " is imported with at most " + ROW_BYTES_MAX / MEBIBYTE
                                + " MiB: let what is large be a blob, or leave it out by where"
                        : "the values of some rows of " + table + " have more than " + BYTES_MAX / MEBIBYTE
                                + " MiB together");
    }
}
