/**
 * How migrations fare, measured again and again by one instance: the measures of definitions, and those that operations bring along.
 *
 * <p>Reads the application's tables only. May depend on {@code definition}, {@code graph}, {@code batch}, {@code plan}, {@code run}, {@code outbox} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.health;

import com.google.errorprone.annotations.CheckReturnValue;
