package dev.godwit.cli.stage;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks an archive of blobs into a directory. Files and directories only: links, devices, names that lead out of the directory, names that come twice and
 * more than was allowed are refused, before anything has the directory's name.
 *
 * <p>Failure semantics: the archive is unpacked beside the directory and then renamed, so that a directory of that name is always whole.
 */
final class BlobArchive {
    /** A directory entry takes an inode and its name whatever it holds; nobody has so many blobs in one archive. */
    static final long ENTRIES_MAX = 10_000_000;

    private static final int BUFFER = 1 << 16;

    private final Path directory;
    private final long bytesMax;
    private final long entriesMax;

    private long files;
    private long bytes;
    private long entries;

    /** @param bytesMax of all unpacked content together: a small archive can hold a very large one */
    BlobArchive(Path directory, long bytesMax, long entriesMax) {
        this.directory = directory.toAbsolutePath().normalize();
        this.bytesMax = bytesMax;
        this.entriesMax = entriesMax;
    }

    long files() {
        return files;
    }

    long bytes() {
        return bytes;
    }

    /** Reads the archive through, with all checks; writes nothing. */
    void rehearse(InputStream archive, boolean replace) throws IOException {
        check(replace);
        each(archive, (entry, content) -> {
            if (!entry.isDirectory()) {
                count(entry, content, OutputStream.nullOutputStream());
            }
        });
    }

    /** Unpacks it. */
    void unpack(InputStream archive, boolean replace) throws IOException {
        check(replace);
        Files.createDirectories(directory.getParent());
        // Not as a temporary directory: those can be read by their owner alone, and another program is to read the
        // blobs.
        Path unpacking = Files.createDirectory(
                directory.resolveSibling("." + directory.getFileName() + ".unpacking-" + UUID.randomUUID()));
        try {
            each(archive, (entry, content) -> write(entry, content, unpacking));
            takePlace(unpacking);
        } finally {
            delete(unpacking);
        }
    }

    private void check(boolean replace) throws IOException {
        if (Files.notExists(directory) || (replace && Files.isDirectory(directory))) {
            return;
        }
        if (Files.isDirectory(directory)) {
            try (Stream<Path> content = Files.list(directory)) {
                if (content.findAny().isEmpty()) {
                    return;
                }
            }
        }
        throw Failure.of(
                ExitCode.REFUSED,
                "directory_exists",
                directory + " exists; choose another, or delete what it holds with --replace");
    }

    private void each(InputStream archive, Entry action) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(archive)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++entries > entriesMax) {
                    throw refused("more than " + entriesMax + " entries");
                }
                if (!entry.isDirectory() && !isFile(entry)) {
                    throw refused("an entry that is neither file nor directory: " + entry.getName());
                }
                action.on(entry, tar);
            }
        }
    }

    /** By its flag: the library takes for a file whatever is no directory. */
    private static boolean isFile(TarArchiveEntry entry) {
        byte flag = entry.getLinkFlag();
        return flag == TarConstants.LF_NORMAL || flag == TarConstants.LF_OLDNORM || entry.isSparse();
    }

    private void write(TarArchiveEntry entry, InputStream content, Path root) throws IOException {
        Path target = within(root, entry.getName());
        try {
            if (entry.isDirectory()) {
                Files.createDirectories(target);
                return;
            }
            Files.createDirectories(target.getParent());
            try (OutputStream out =
                    Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                count(entry, content, out);
            }
        } catch (FileAlreadyExistsException e) {
            throw refused("a name that comes twice: " + entry.getName());
        }
    }

    private void count(TarArchiveEntry entry, InputStream content, OutputStream out) throws IOException {
        within(directory, entry.getName());
        byte[] buffer = new byte[BUFFER];
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            bytes += read;
            if (bytes > bytesMax) {
                throw refused("more than " + bytesMax + " bytes; allow more with --max-bytes");
            }
            out.write(buffer, 0, read);
        }
        files++;
    }

    /** The path of an entry, which must lie below the root by its name alone. */
    private static Path within(Path root, String name) {
        try {
            Path path = root.resolve(name).normalize();
            boolean climbs = Stream.of(name.split("/")).anyMatch(".."::equals);
            if (name.startsWith("/") || climbs || !path.startsWith(root)) {
                throw refused("a name that leads out of the directory: " + name);
            }
            return path;
        } catch (InvalidPathException e) {
            throw refused("a name that is none: " + name.replaceAll("\\p{Cntrl}", "?"));
        }
    }

    private void takePlace(Path unpacked) throws IOException {
        if (Files.exists(directory)) {
            Path former = directory.resolveSibling(unpacked.getFileName() + ".former");
            Files.move(directory, former, StandardCopyOption.ATOMIC_MOVE);
            Files.move(unpacked, directory, StandardCopyOption.ATOMIC_MOVE);
            delete(former);
        } else {
            Files.move(unpacked, directory, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void delete(Path root) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException problem) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Failure refused(String why) {
        return Failure.of(ExitCode.REFUSED, "archive_refused", "the archive holds " + why + "; nothing was unpacked");
    }

    private interface Entry {
        void on(TarArchiveEntry entry, InputStream content) throws IOException;
    }
}
