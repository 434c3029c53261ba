package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Hands each stack of this user a block of ports of its own, so that two stacks started at the same moment, or one started while the other
 * is down, do not take each other's. A claim is a file named after the block that holds the path of the stack's state directory.
 */
final class PortLedger {
    private final Path directory;

    PortLedger() {
        this(Cache.directory().resolve("ports"));
    }

    PortLedger(Path directory) {
        this.directory = directory;
    }

    /** Claims the first block from the default on whose ports are free and that no other stack has claimed. */
    int claim(StateDirectory state, int instances) {
        return underLock(() -> {
            for (int base = Ports.DEFAULT_BASE; base <= Ports.LAST_BASE; base += Ports.BLOCK) {
                if (claimedByOther(base, state) || !allFree(new Ports(base), instances)) {
                    continue;
                }
                Files.writeString(claim(base), state.root().toString());
                return base;
            }
            throw Failure.failed("no free block of " + Ports.BLOCK + " ports between " + Ports.DEFAULT_BASE + " and "
                    + Ports.LAST_BASE + "; name one with --port-base");
        });
    }

    /** Forgets the claims of a stack that no longer exists. */
    void release(StateDirectory state) {
        Integer released = underLock(() -> {
            int count = 0;
            try (var files = Files.list(directory)) {
                for (Path file : files.filter(f -> !f.endsWith("lock")).toList()) {
                    if (Files.readString(file).equals(state.root().toString())) {
                        Files.delete(file);
                        count++;
                    }
                }
            }
            return count;
        });
        assert released >= 0;
    }

    private boolean claimedByOther(int base, StateDirectory state) throws IOException {
        if (!Files.exists(claim(base))) {
            return false;
        }
        Path owner = Path.of(Files.readString(claim(base)));
        // A state directory that was deleted by hand has lost its claim.
        return !owner.equals(state.root()) && Files.isDirectory(owner);
    }

    private static boolean allFree(Ports ports, int instances) {
        for (Map.Entry<String, Integer> port : ports.used(instances).entrySet()) {
            if (!Ports.isFree(port.getValue())) {
                return false;
            }
        }
        return true;
    }

    private Path claim(int base) {
        return directory.resolve(Integer.toString(base));
    }

    private <T> T underLock(Action<T> action) {
        try {
            Files.createDirectories(directory);
            synchronized (PortLedger.class) { // a FileLock is held by the whole JVM, so its threads need this one too
                try (FileChannel channel = FileChannel.open(
                                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    assert lock.isValid();
                    return action.run();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Action<T> {
        T run() throws IOException;
    }
}
