/**
 * Commands from Kafka: parsed at the edge, idempotent by their id, rejected by an event, never with SQL in them.
 *
 * <p>May depend on {@code run} and {@code outbox}.
 */
@CheckReturnValue
package dev.godwit.migration.request;

import com.google.errorprone.annotations.CheckReturnValue;
