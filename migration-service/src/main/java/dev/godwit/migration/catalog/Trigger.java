package dev.godwit.migration.catalog;

/**
 * A trigger that users made.
 *
 * @param definition its CREATE TRIGGER statement
 * @param beforeRow whether it fires BEFORE, FOR EACH ROW, and so may change the row
 * @param functionName schema and name of its function
 * @param enabled false when disabled or for replicas only
 */
public record Trigger(
        String name, String definition, boolean onUpdate, boolean beforeRow, String functionName, boolean enabled) {}
