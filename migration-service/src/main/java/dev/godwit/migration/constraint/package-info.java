/**
 * Check constraints that follow the rows of a run from one form to another, without a write of the application failing on the way.
 *
 * <p>May depend on {@code definition}, {@code operation} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.constraint;

import com.google.errorprone.annotations.CheckReturnValue;
