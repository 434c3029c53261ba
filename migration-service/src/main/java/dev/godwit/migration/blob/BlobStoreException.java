package dev.godwit.migration.blob;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A store cannot be used now: it does not answer, refuses the credentials, is full, or needs longer than a batch may last. Trying again is right. The message is for
 * people and holds no secrets.
 */
public sealed class BlobStoreException extends UncheckedIOException permits BlobsUnderWayException {

    private static final long serialVersionUID = 1L;

    BlobStoreException(String message, Throwable cause) {
        super(message, cause instanceof IOException io ? io : new IOException(message, cause));
    }

    BlobStoreException(String message) {
        this(message, new IOException(message));
    }
}
