/**
 * What is kept for a while only, and when it goes.
 *
 * <p>May depend on {@code outbox} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.retention;

import com.google.errorprone.annotations.CheckReturnValue;
