/**
 * The machine's clock, and what is to be done when somebody sets it.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.audit.clock;

import com.google.errorprone.annotations.CheckReturnValue;
