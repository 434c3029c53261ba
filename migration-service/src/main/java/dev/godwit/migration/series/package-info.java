/**
 * Runs of several migrations that one command asked for: in the graph's order, one at a time, with one report.
 *
 * <p>May depend on {@code run}, {@code graph} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.series;

import com.google.errorprone.annotations.CheckReturnValue;
