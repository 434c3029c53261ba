package dev.godwit.migration.batch;

/** More rows hang on the entities of a batch than can be held at once. A smaller batch may succeed; what fails alone cannot be done. */
final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLargeException(String table, int max) {
        super("more than " + max + " rows of " + table + " hang on it, which is more than one transaction takes");
    }
}
