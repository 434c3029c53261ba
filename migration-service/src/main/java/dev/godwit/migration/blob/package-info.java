/**
 * Copies blobs from the directories of a legacy system to directories or to S3-compatible stores.
 *
 * <p>{@link dev.godwit.migration.blob.BlobCopies} is its door. Depends on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.blob;

import com.google.errorprone.annotations.CheckReturnValue;
