package dev.godwit.cli.chaos;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A small file system of its own, in memory, for the data of a stack: filled up, it harms nobody else. Kafka's data stay on the disk.
 *
 * @param mounted where
 */
record SmallDisk(Path mounted) implements AutoCloseable {
    private static final String SIZE = "1g";

    /** Mounts one for a stack that is not there yet; empty where the machine does not let us. */
    static Optional<SmallDisk> mount(Path state) throws IOException {
        Path data = Files.createDirectories(state.resolve("data"));
        if (run("mount", "-t", "tmpfs", "-o", "size=" + SIZE + ",mode=755", "tmpfs", data.toString()) != 0) {
            return Optional.empty();
        }
        Files.createSymbolicLink(data.resolve("kafka"), Files.createDirectories(state.resolve("kafka-data")));
        return Optional.of(new SmallDisk(data));
    }

    /** Whether more of it is taken than is left. A server that runs out of it where no fault says so would be a fault of ours. */
    boolean isScarce() throws IOException {
        FileStore store = Files.getFileStore(mounted);
        return store.getUsableSpace() < store.getTotalSpace() / 2;
    }

    /** Takes away one that an interrupted command has left there. */
    static void unmountLeftOver(Path state) throws IOException {
        Path data = state.resolve("data");
        if (Files.isSymbolicLink(data.resolve("kafka"))) {
            new SmallDisk(data).close();
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", mounted.toString());
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
