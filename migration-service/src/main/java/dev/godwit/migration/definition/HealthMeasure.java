package dev.godwit.migration.definition;

/**
 * A query whose single number is watched all the time, whether a run is in hand or not.
 *
 * @param sql one query of one number; it may read {@code entity}, the entities with the keys they should have, where the operation gives keys
 * @param unit what the number counts, for people
 */
public record HealthMeasure(String name, String sql, String unit, Limits limits) {}
