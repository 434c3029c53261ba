/**
 * The compacted topic of old key to new key, projected from the outcomes.
 *
 * <p>May depend on {@code deadletter}.
 */
@CheckReturnValue
package dev.godwit.migration.ids;

import com.google.errorprone.annotations.CheckReturnValue;
