/**
 * The place for messages that no retry can mend, so that they never stop a lane and never get lost.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.deadletter;

import com.google.errorprone.annotations.CheckReturnValue;
