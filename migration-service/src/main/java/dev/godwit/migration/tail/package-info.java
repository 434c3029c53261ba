/**
 * The tail lane: keys that the application wrote meanwhile, told by change events, and the proof of being caught up.
 *
 * <p>May depend on {@code batch}, {@code blob}, {@code run} records and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.tail;

import com.google.errorprone.annotations.CheckReturnValue;
