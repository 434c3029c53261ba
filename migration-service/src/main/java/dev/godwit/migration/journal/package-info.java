/**
 * What was changed, exactly enough to undo it, and the undo itself.
 *
 * <p>May depend on {@code operation} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.journal;

import com.google.errorprone.annotations.CheckReturnValue;
