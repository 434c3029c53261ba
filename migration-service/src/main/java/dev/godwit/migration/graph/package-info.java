/**
 * The migrations on disk as the service knows them at this moment.
 *
 * <p>May depend on {@code definition}.
 */
@CheckReturnValue
package dev.godwit.migration.graph;

import com.google.errorprone.annotations.CheckReturnValue;
