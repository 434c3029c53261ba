package dev.godwit.migration.blob;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One pair of source and target. The target is looked at first: what is there and right needs no source, which may be gone since.
 *
 * <p>Runs on: a thread that may block. For several threads.
 */
final class BlobStore {
    private final SourceDirectory source;
    private final Supplier<BlobTarget> opening;
    private BlobTarget opened;

    /** @param target opened when it is first needed */
    BlobStore(SourceDirectory source, Supplier<BlobTarget> target) {
        this.source = source;
        this.opening = target;
    }

    Result copy(Blob blob) throws IOException {
        return treated(blob, (target, file, expected) -> target.write(file, blob.path(), expected));
    }

    /** What {@link #copy} would answer. */
    Result inspect(Blob blob) throws IOException {
        return treated(blob, (target, file, expected) -> target.inspect(file, expected));
    }

    /** What is done with a file that is not in its place yet. */
    private interface Treatment {
        Result treat(BlobTarget target, Path file, Fingerprint expected) throws IOException;
    }

    private Result treated(Blob blob, Treatment treatment) throws IOException {
        Fingerprint expected = new Fingerprint(blob.size(), blob.sha256());
        Optional<String> objection = expected.isPlausible()
                ? BlobPath.objection(blob.path())
                : Optional.of("its row has no size and SHA-256 that a blob could have");
        if (objection.isPresent()) {
            return new Result.Mismatch(objection.get());
        }
        Optional<Result> found = target().find(blob.path(), expected);
        if (found.isPresent()) {
            return found.get();
        }
        Optional<Path> file = source.find(blob.path());
        return file.isPresent()
                ? treatment.treat(target(), file.get(), expected)
                : new Result.Missing("no file " + blob.path() + " in " + source);
    }

    private synchronized BlobTarget target() throws IOException {
        if (opened == null) {
            opened = opening.get();
            opened.sweep();
        }
        return opened;
    }

    synchronized void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
