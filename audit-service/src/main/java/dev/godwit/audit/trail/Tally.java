package dev.godwit.audit.trail;

/**
 * How often something became of the rows of a table.
 *
 * @param entity true for entities of the root table, false for rows that refer to them
 * @param reason null where outcomes carry none
 */
public record Tally(String table, boolean entity, String outcome, String reason, long count) {}
