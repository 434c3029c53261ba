/**
 * Runs as their events tell them: stored newest version wins, read through Hibernate Reactive. May depend on api.
 */
@CheckReturnValue
package dev.godwit.audit.run;

import com.google.errorprone.annotations.CheckReturnValue;
