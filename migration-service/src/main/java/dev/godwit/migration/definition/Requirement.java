package dev.godwit.migration.definition;

/**
 * A query that must answer true before a run may start.
 *
 * @param otherwise what to do when it does not
 */
public record Requirement(String name, String sql, String otherwise) {}
