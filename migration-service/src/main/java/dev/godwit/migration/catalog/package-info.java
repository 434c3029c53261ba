/**
 * What PostgreSQL's catalog says of tables, read by OID over all schemas, whatever the search_path.
 *
 * <p>May depend on {@code definition} for names.
 */
@CheckReturnValue
package dev.godwit.migration.catalog;

import com.google.errorprone.annotations.CheckReturnValue;
