package dev.godwit.migration.plan;

/**
 * A column that holds keys of the root table, is no foreign key to it, and is not declared.
 *
 * @param table display form of the table
 * @param rows rows in which keys were found, at least; exact when all of the table was searched for all keys
 * @param sampleKey one of the keys found
 * @param line what to add under {@code references:}
 */
public record UndeclaredReference(String table, String column, long rows, String sampleKey, String line) {}
