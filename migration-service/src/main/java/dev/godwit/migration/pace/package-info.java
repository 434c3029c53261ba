/**
 * How fast a run may go: the controller that decides it from the database's health, the readers of that health, windows of time, and the turns that workers take.
 *
 * <p>{@link dev.godwit.migration.pace.Controller} and what it decides from are pure. May depend on {@code run} records, {@code plan} probes and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.pace;

import com.google.errorprone.annotations.CheckReturnValue;
