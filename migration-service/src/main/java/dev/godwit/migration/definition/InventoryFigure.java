package dev.godwit.migration.definition;

/**
 * A query whose single number a plan tells, so that people know what is there before they decide.
 *
 * @param sql one query of one number; it may read {@code entity}, as that of a {@link HealthMeasure} may
 * @param unit what the number counts, for people; empty when it speaks for itself
 */
public record InventoryFigure(String name, String sql, String unit) {}
