/**
 * Asks migration-service over REST: what only it knows, and what operators want done. May depend on config.
 */
@CheckReturnValue
package dev.godwit.audit.migration;

import com.google.errorprone.annotations.CheckReturnValue;
