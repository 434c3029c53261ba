/**
 * The append-only trail of outcomes with its hash chains. Written set-based with the PostgreSQL client; depends on nothing else here.
 */
@CheckReturnValue
package dev.godwit.audit.trail;

import com.google.errorprone.annotations.CheckReturnValue;
