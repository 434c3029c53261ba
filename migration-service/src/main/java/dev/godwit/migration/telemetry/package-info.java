/**
 * Traces from a command to its outcomes: which spans there are, and the W3C {@code traceparent} by which they find each other. Off unless a collector is named; then nothing is
 * made, kept or sent.
 *
 * <p>May depend on {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.telemetry;

import com.google.errorprone.annotations.CheckReturnValue;
