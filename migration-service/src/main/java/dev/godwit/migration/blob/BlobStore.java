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
        Fingerprint expected = new Fingerprint(blob.size(), blob.sha256());
        Optional<String> objection = expected.isPlausible()
                ? BlobPath.objection(blob.path())
                : Optional.of("its row has no size and SHA-256 that a blob could have");
        if (objection.isPresent()) {
            return new Result.Mismatch(objection.get());
        }
        Optional<Result> found = target().find(blob.path(), expected);
        return found.isPresent() ? found.get() : fetched(blob.path(), expected);
    }

    private Result fetched(String path, Fingerprint expected) throws IOException {
        Optional<Path> file = source.find(path);
        return file.isPresent()
                ? target().write(file.get(), path, expected)
                : new Result.Missing("no file " + path + " in " + source);
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
