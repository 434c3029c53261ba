/**
 * Time that passes evenly, and what is to be done when the machine's clock does not.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.clock;

import com.google.errorprone.annotations.CheckReturnValue;
