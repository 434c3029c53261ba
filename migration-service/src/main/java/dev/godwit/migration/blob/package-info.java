/**
 * Copies blobs from the directories of a legacy system to directories or to S3-compatible stores.
 *
 * <p>May depend on {@code operation.imports}, whose door to blobs it is.
 */
@CheckReturnValue
package dev.godwit.migration.blob;

import com.google.errorprone.annotations.CheckReturnValue;
