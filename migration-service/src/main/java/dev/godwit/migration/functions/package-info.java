/**
 * Functions that definitions bring along, in a schema of their own while runs need them.
 *
 * <p>May depend on {@code definition}.
 */
@CheckReturnValue
package dev.godwit.migration.functions;

import com.google.errorprone.annotations.CheckReturnValue;
