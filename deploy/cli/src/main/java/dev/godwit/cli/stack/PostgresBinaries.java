package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import dev.godwit.cli.Versions;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per user and version from the archive on the class path. */
final class PostgresBinaries {
    private static final int EXECUTABLE = 0111;

    private PostgresBinaries() {}

    /** The directory with {@code bin}, {@code lib} and {@code share} in it; unpacks it when it is missing. */
    static Path unpacked(Path parent) {
        Path directory = parent.resolve("postgresql-" + Versions.of("postgresql") + "-" + architecture());
        if (Files.isExecutable(directory.resolve("bin/postgres"))) {
            return directory;
        }
        try {
            Files.createDirectories(parent);
            Path next = Files.createTempDirectory(
                    parent,
                    ".unpacking",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            unpack("/postgres-linux-" + architecture() + ".txz", next);
            rename(next, directory);
        } catch (IOException e) {
            throw Failure.failed("cannot unpack PostgreSQL into " + directory + ": " + e.getMessage(), e);
        }
        return directory;
    }

    private static void rename(Path next, Path directory) throws IOException {
        try {
            Files.move(next, directory);
        } catch (IOException e) {
            // Another command unpacked the same at the same time; what it left is as good.
            if (!Files.isExecutable(directory.resolve("bin/postgres"))) {
                throw e;
            }
        }
    }

    private static void unpack(String archive, Path target) throws IOException {
        try (InputStream resource = PostgresBinaries.class.getResourceAsStream(archive)) {
            if (resource == null) {
                throw Failure.failed("no PostgreSQL for this machine (" + System.getProperty("os.name") + ", "
                        + System.getProperty("os.arch") + "); use a server of your own with --database-url");
            }
            TarArchiveInputStream tar =
                    new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(resource, 1 << 16)));
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                write(tar, entry, target.resolve(entry.getName()).normalize(), target);
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file, Path target)
            throws IOException {
        if (!file.startsWith(target)) {
            throw new IOException("entry outside of the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        if (entry.isLink()) {
            Files.createLink(file, target.resolve(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file);
        boolean executable = (entry.getMode() & EXECUTABLE) != 0;
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> name;
        };
    }
}
