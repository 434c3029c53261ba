/**
 * The life of a run: its states, its record, and the driver that moves it from one to the next.
 *
 * <p>May depend on every package below {@code api}.
 */
@CheckReturnValue
package dev.godwit.migration.run;

import com.google.errorprone.annotations.CheckReturnValue;
