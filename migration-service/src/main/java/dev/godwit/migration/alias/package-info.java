/**
 * Old keys that go on working where children are inserted: temporary triggers that translate them.
 *
 * <p>May depend on {@code definition} and {@code operation}.
 */
@CheckReturnValue
package dev.godwit.migration.alias;

import com.google.errorprone.annotations.CheckReturnValue;
