/**
 * Rows that come from another schema or another database: what is known before a row is read, and the SQL that reads, judges, writes and takes back.
 *
 * <p>Plain Java: no Quarkus, no SQL client. May depend on {@code definition} and the records of {@code catalog}.
 */
@CheckReturnValue
package dev.godwit.migration.operation.imports;

import com.google.errorprone.annotations.CheckReturnValue;
