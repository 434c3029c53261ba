/**
 * Events that exist if and only if their data change committed: envelope, hash chain and the outbox row.
 *
 * <p>May depend on {@code operation} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.outbox;

import com.google.errorprone.annotations.CheckReturnValue;
