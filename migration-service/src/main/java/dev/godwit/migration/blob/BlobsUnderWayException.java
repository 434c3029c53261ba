package dev.godwit.migration.blob;

import java.time.Duration;

/** Copying takes longer than a batch may last; it goes on, and nothing is wrong with the store. */
public final class BlobsUnderWayException extends BlobStoreException {

    private static final long serialVersionUID = 1L;

    BlobsUnderWayException(Duration patience) {
        super("copying blobs takes longer than " + patience.toSeconds()
                + " s; it goes on, and they are asked for again");
    }
}
