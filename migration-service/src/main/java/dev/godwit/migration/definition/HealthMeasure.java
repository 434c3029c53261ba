package dev.godwit.migration.definition;

/**
 * A query whose single number is watched while a run lasts; it grows worse as it grows.
 *
 * @param unit what the number counts, for people
 * @param warn threshold of a warning, at most {@code critical}
 */
public record HealthMeasure(String name, String sql, String unit, double warn, double critical) {}
