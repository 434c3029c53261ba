/**
 * How an instance ends: what is in hand is brought to its end or left to others, and that takes seconds.
 *
 * <p>May depend on {@code clock} only.
 */
@CheckReturnValue
package dev.godwit.migration.ending;

import com.google.errorprone.annotations.CheckReturnValue;
