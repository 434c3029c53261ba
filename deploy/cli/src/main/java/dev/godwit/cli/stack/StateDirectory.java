package dev.godwit.cli.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.godwit.cli.Failure;
import dev.godwit.cli.measure.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything of one stack on disk: what it remembers, logs, process ids and data. */
final class StateDirectory {
    static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).enable(SerializationFeature.INDENT_OUTPUT);
    private static final String PRIVATE = "rw-------";
    /** Says that this directory is a stack's, so that a purge never deletes anything else. */
    private static final String SETTINGS = "settings.json";

    private static final Duration STEP = Duration.ofMillis(50);

    private final Path root;

    StateDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
    }

    Path data(String component) {
        return root.resolve("data").resolve(component);
    }

    Path stores() {
        return root.resolve("stores");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path log(String process) {
        return logs().resolve(process + ".log");
    }

    Path configuration(String file) {
        return root.resolve("conf").resolve(file);
    }

    Path pid(String process) {
        return root.resolve("pids").resolve(process + ".json");
    }

    Path description() {
        return root.resolve("stack.json");
    }

    /** What both services find in their environment beside what they need. */
    Path more() {
        return root.resolve("services.json");
    }

    /** Holds the token of the stack's owner. */
    Path token() {
        return root.resolve("token");
    }

    boolean exists() {
        return Files.isRegularFile(root.resolve(SETTINGS));
    }

    void create() {
        try {
            for (String directory : List.of("logs", "conf", "pids", "data")) {
                Files.createDirectories(root.resolve(directory));
            }
        } catch (IOException e) {
            throw Failure.usage("cannot write the state directory " + root + " (" + e.getMessage()
                    + "); choose another with --state");
        }
    }

    Optional<Settings> settings() {
        return read(root.resolve(SETTINGS), Settings.class);
    }

    void remember(Settings settings) {
        writePrivately(root.resolve(SETTINGS), settings);
    }

    /** Holds other commands off this stack until closed; waits for the one at work. */
    Lock lock() {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return new Lock(channel, lock(channel));
        } catch (IOException e) {
            throw Failure.usage("cannot write the state directory " + root + " (" + e.getMessage()
                    + "); choose another with --state");
        }
    }

    /** The system knows only processes: that another thread of this one holds the lock is an error to it, and no reason to wait. */
    private static FileLock lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException another) {
                Pause.sleep(STEP);
            }
        }
    }

    /** Deletes the directory with all data in it. Does nothing when it is not a stack's. */
    void delete() {
        if (!exists()) {
            return;
        }
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException problem) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw Failure.failed("could not delete all of " + root + ": " + e.getMessage());
        }
    }

    static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Files.isRegularFile(file) ? Optional.of(JSON.readValue(file.toFile(), type)) : Optional.empty();
        } catch (IOException e) {
            throw Failure.failed(
                    "cannot read " + file + " (" + e.getMessage() + "); `godwit down --purge` starts afresh");
        }
    }

    /** Replaces the file in one step, readable by its owner alone since it may hold passwords. */
    static void writePrivately(Path file, Object value) {
        try {
            writePrivately(file, JSON.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for bytes as they are. */
    static void writePrivately(Path file, byte[] bytes) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.deleteIfExists(next);
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
            Files.write(next, bytes);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode tree(Path file) {
        return read(file, JsonNode.class).orElseThrow(() -> Failure.failed("missing: " + file));
    }

    /** The exclusive right to change this stack. */
    record Lock(FileChannel channel, FileLock lock) implements AutoCloseable {
        @Override
        public void close() {
            try {
                lock.release();
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
