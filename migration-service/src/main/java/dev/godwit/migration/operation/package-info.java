/**
 * What a migration does to a selection of entities: the vocabulary shared by every operation.
 *
 * <p>Plain Java: no Quarkus, no SQL client. May depend on {@code definition} and the records of {@code catalog}.
 */
@CheckReturnValue
package dev.godwit.migration.operation;

import com.google.errorprone.annotations.CheckReturnValue;
