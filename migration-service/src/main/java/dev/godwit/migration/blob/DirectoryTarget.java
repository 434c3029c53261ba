package dev.godwit.migration.blob;

import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A directory that gets blobs. A copy is written under another name in {@value #UNFINISHED}, hashed on the way, forced to disk, and only then moved to its
 * own name in one step: a row that says that a blob is there must not survive a loss of power that the blob does not.
 */
class DirectoryTarget implements BlobTarget {
    /** Directory below the root for copies that are not finished: the same file system, so that a move is one step. */
    static final String UNFINISHED = ".godwit";

    /** A copy that nobody wrote to for so long belongs to a worker that is gone. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;

    DirectoryTarget(Path root) {
        this.root = root;
    }

    @Override
    public Optional<Result> find(String path, Fingerprint expected) throws IOException {
        Path target = root.resolve(path);
        if (Files.notExists(target, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(new Result.Mismatch("something that is no file has its place: " + target));
        }
        return Optional.of(Fingerprint.of(target)
                .differenceFrom(expected)
                .<Result>map(
                        difference -> new Result.Mismatch("another blob has its place " + target + ": " + difference))
                .orElse(Result.UNCHANGED));
    }

    @Override
    public Result write(Path file, String path, Fingerprint expected) throws IOException {
        if (!Files.isDirectory(root)) {
            // Made here, it would lie on whatever disk is below a volume that is not mounted.
            throw new BlobStoreException("directory " + root + " for blobs is not there, or cannot be read");
        }
        Path target = root.resolve(path);
        Files.createDirectories(target.getParent());
        if (!target.getParent().toRealPath().startsWith(root.toRealPath())) {
            return new Result.Mismatch("a link leads out of the store: " + target);
        }
        Path unfinished = unfinished();
        try {
            Optional<String> difference = transfer(file, unfinished).differenceFrom(expected);
            if (difference.isPresent()) {
                return new Result.Mismatch(difference.get());
            }
            return name(unfinished, target)
                    ? Result.COPIED
                    : find(path, expected).orElseThrow(() -> new BlobStoreException("gone again: " + target));
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Opens the source; a test makes it hang here. */
    InputStream open(Path file) throws IOException {
        return Files.newInputStream(file);
    }

    private Fingerprint transfer(Path file, Path unfinished) throws IOException {
        try (InputStream content = open(file);
                FileChannel channel =
                        FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream copy = Channels.newOutputStream(channel)) {
            Fingerprint actual = Fingerprint.of(content, copy);
            channel.force(true);
            return actual;
        }
    }

    /** Gives the copy its name in one step; false when something has got that name meanwhile, which a move would overwrite. */
    private static boolean name(Path unfinished, Path target) throws IOException {
        try {
            Files.createLink(target, unfinished);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException e) {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        }
        force(target.getParent());
        return true;
    }

    private Path unfinished() throws IOException {
        Path directory = Files.createDirectories(root.resolve(UNFINISHED));
        return directory.resolve(UUID.randomUUID().toString());
    }

    @Override
    public void sweep() throws IOException {
        Path directory = root.resolve(UNFINISHED);
        if (Files.notExists(directory)) {
            return;
        }
        FileTime oldest = FileTime.from(Instant.now().minus(ABANDONED));
        List<Path> all;
        try (Stream<Path> files = Files.list(directory)) {
            all = files.toList();
        }
        for (Path file : all) {
            if (Files.getLastModifiedTime(file).compareTo(oldest) < 0) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
