/**
 * Rewrites the keys of a table through every reference to it. Plain Java: compiles a definition and the catalog into SQL, and classifies rows read by it.
 *
 * <p>May depend on {@code operation}, {@code definition} and the records of {@code catalog}.
 */
@CheckReturnValue
package dev.godwit.migration.operation.rekey;

import com.google.errorprone.annotations.CheckReturnValue;
