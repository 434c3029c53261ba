/**
 * REST resources and their problem details.
 *
 * <p>May depend on everything; nothing depends on it.
 */
@CheckReturnValue
package dev.godwit.migration.api;

import com.google.errorprone.annotations.CheckReturnValue;
