/**
 * The backfill lane: chunks of a table, taken from a Kafka work queue and worked off batch by batch.
 *
 * <p>May depend on {@code batch}, {@code run} records and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.chunk;

import com.google.errorprone.annotations.CheckReturnValue;
