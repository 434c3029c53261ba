package dev.godwit.migration.blob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The directory that blobs are read from. Links are followed as long as they stay in it. For several threads. */
final class SourceDirectory {
    private final Path root;

    SourceDirectory(Path root) {
        this.root = root;
    }

    /** The file of that path; empty when there is none, or when what is there is no file or leads out of the directory. */
    Optional<Path> find(String path) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new BlobStoreException("directory " + root + " of blobs is not there, or cannot be read");
        }
        try {
            Path file = root.resolve(path).toRealPath();
            return Files.isRegularFile(file) && file.startsWith(root.toRealPath())
                    ? Optional.of(file)
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
