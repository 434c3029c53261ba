package dev.godwit.migration.blob;

import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where blobs go. Nothing that is there is ever overwritten, and nothing has its final name before it is whole and what it should be, whenever the process
 * ends.
 *
 * <p>Runs on: a thread that may block. For several threads.
 *
 * <p>Failure semantics: {@link IOException} and {@link BlobStoreException} when the store cannot be used now; trying again is right.
 */
interface BlobTarget extends AutoCloseable {

    /** What is there under that path: unchanged or mismatch; empty when nothing is. */
    Optional<Result> find(String path, Fingerprint expected) throws IOException;

    /** What {@link #write} would answer; reads the file. */
    default Result inspect(Path file, Fingerprint expected) throws IOException {
        return Fingerprint.of(file)
                .differenceFrom(expected)
                .<Result>map(Result.Mismatch::new)
                .orElse(Result.COPIED);
    }

    /** Copies the file, unless it is not what was expected. */
    Result write(Path file, String path, Fingerprint expected) throws IOException;

    /** Deletes what killed workers left behind, where that is anything. */
    default void sweep() throws IOException {}

    @Override
    default void close() {}
}
