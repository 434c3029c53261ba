/**
 * Sessions, transactions and errors of PostgreSQL: the only place that knows SQLSTATEs, pools and replication origins.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.sql;

import com.google.errorprone.annotations.CheckReturnValue;
