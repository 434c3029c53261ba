/**
 * Rows computed from rows of another table: what is known before a row is read, and the SQL that computes, inserts and takes back.
 *
 * <p>Plain Java: no Quarkus, no SQL client. May depend on {@code definition} and the records of {@code catalog}.
 */
@CheckReturnValue
package dev.godwit.migration.operation.derive;

import com.google.errorprone.annotations.CheckReturnValue;
