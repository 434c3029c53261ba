package dev.godwit.migration.blob;

/** A store cannot be used: it does not answer, refuses the credentials, is full, or is not configured. The message is for people and holds no secrets. */
public final class BlobStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BlobStoreException(String message, Throwable cause) {
        super(message, cause);
    }

    BlobStoreException(String message) {
        super(message);
    }
}
