/**
 * Time that passes evenly.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.clock;

import com.google.errorprone.annotations.CheckReturnValue;
