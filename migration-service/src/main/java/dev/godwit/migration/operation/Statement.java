package dev.godwit.migration.operation;

/**
 * A statement of an operation, as it is executed.
 *
 * @param name short and stable, unique unless the statement differs per partition
 * @param purpose what it is for, in a sentence
 */
public record Statement(String name, String purpose, String sql) {}
