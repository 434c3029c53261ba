package dev.godwit.cli.chaos;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A standby from a low-level base backup, which takes its primary's place: in the same directory and at the same address, as a virtual address or a name in front of both would have it.
 *
 * @param place where the backup is until then, and afterwards the WAL that its primary had
 */
record Standby(Path place) {
    /** Of what lies in these, a backup has the directory alone. */
    private static final Set<String> LEFT_EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts", "pg_internal.init");

    private Path backup() {
        return place.resolve("backup");
    }

    private Path wal() {
        return place.resolve("wal");
    }

    /** Backs a server up that goes on working. */
    void backUp(Connection superuser, Path data) throws SQLException, IOException {
        delete(place);
        Files.createDirectories(place);
        try (Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_backup_start('chaos', fast => true)");
            copy(data, backup());
            try (ResultSet stopped =
                    statement.executeQuery("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")) {
                stopped.next();
                Files.writeString(backup().resolve("backup_label"), stopped.getString(1));
            }
        }
    }

    /**
     * Puts the backup where the primary's data were, with all WAL that it has written: its next start recovers to the end of that, and goes on upon a new timeline, without
     * replication slots.
     *
     * @param data of a primary that has ended
     */
    void takeOver(Path data) throws IOException {
        copyAll(data.resolve("pg_wal"), wal());
        String restore = "restore_command = 'cp \"" + wal() + "/%f\" \"%p\"'\nhot_standby = 'off'\n";
        Path settings = backup().resolve("postgresql.auto.conf");
        if (!Files.readString(settings).contains(restore)) {
            Files.writeString(settings, restore, StandardOpenOption.APPEND);
        }
        Files.createFile(backup().resolve("recovery.signal"));
        empty(data);
        copyAll(backup(), data);
        delete(backup());
    }

    /** A file that goes meanwhile is one that the WAL removes. */
    private static void copy(Path data, Path to) throws IOException {
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(directory, to.resolve(data.relativize(directory)), StandardCopyOption.COPY_ATTRIBUTES);
                return LEFT_EMPTY.contains(data.relativize(directory).toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                if (!LEFT_OUT.contains(name) && !name.startsWith("pgsql_tmp")) {
                    copyWhatIsThere(file, to.resolve(data.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) throws IOException {
                if (gone instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw gone;
            }
        });
    }

    private static void copyWhatIsThere(Path file, Path to) throws IOException {
        try {
            Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
        } catch (NoSuchFileException gone) {
            // See above.
        }
    }

    private static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(from.relativize(each).toString());
                if (!Files.isDirectory(copy)) {
                    Files.copy(each, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** The directory itself stays, with its owner. */
    private static void empty(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!each.equals(directory)) {
                    Files.delete(each);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            empty(directory);
            Files.delete(directory);
        }
    }
}
