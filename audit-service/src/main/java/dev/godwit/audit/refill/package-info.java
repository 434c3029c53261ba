/**
 * What is missing from the trail is asked for again. May depend on trail, run, inbox, migration, config.
 */
@CheckReturnValue
package dev.godwit.audit.refill;

import com.google.errorprone.annotations.CheckReturnValue;
