package dev.godwit.audit.health;

import java.time.Instant;

/** A measure at a time; {@code value} is null where nothing was known. */
public record Point(String migration, String name, Instant at, Double value, String state) {}
