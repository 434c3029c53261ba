package dev.godwit.migration.script;

import java.util.Optional;

/**
 * What a statement does to an application that goes on working.
 *
 * @param statement its number; 0 for the script as a whole
 * @param code stable snake_case code
 * @param notNull the column that the statement forbids to be null: harmless when a validated check says so already, which the catalog knows
 */
public record Lint(int statement, String code, String message, String remedy, Optional<Column> notNull) {

    /** A column of a table. */
    public record Column(ObjectName table, String name) {}
}
