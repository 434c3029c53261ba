/**
 * Changes of columns in place: what is known before a row is read, and the SQL that classifies, changes and restores rows.
 *
 * <p>Plain Java: no Quarkus, no SQL client. May depend on {@code definition} and the records of {@code catalog}.
 */
@CheckReturnValue
package dev.godwit.migration.operation.transform;

import com.google.errorprone.annotations.CheckReturnValue;
