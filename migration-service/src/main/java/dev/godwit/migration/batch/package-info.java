/**
 * Unit of transaction: data change, journal, progress and outbox row commit together or not at all.
 *
 * <p>May depend on {@code blob}, {@code operation}, {@code outbox} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.batch;

import com.google.errorprone.annotations.CheckReturnValue;
