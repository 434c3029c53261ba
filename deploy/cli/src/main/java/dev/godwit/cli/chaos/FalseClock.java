package dev.godwit.cli.chaos;

import dev.godwit.cli.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The clock of both services, which can be set while they run: libfaketime stands between them and the machine's. Servers, and the application, go by the machine's.
 *
 * @param file says by how many seconds it is wrong
 */
record FalseClock(Path file) {
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/lib"), Path.of("/usr/local/lib"), Path.of("/usr/lib64"));
    private static final String LIBRARY = "faketime/libfaketime.so.1";

    /** For the services of a stack that is not there yet; empty where the machine has no libfaketime. */
    static Optional<FalseClock> install(Path state) throws IOException {
        Optional<Path> library = library();
        if (library.isEmpty()) {
            return Optional.empty();
        }
        FalseClock clock = new FalseClock(state.resolve("clock"));
        clock.set(Duration.ZERO);
        Stack.at(state)
                .addToServices(Map.of(
                        "LD_PRELOAD",
                        library.get().toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                        clock.file().toString(),
                        // The file is not read for every look at the clock, of which there are thousands per second.
                        "FAKETIME_CACHE_DURATION",
                        "1",
                        // What measures how long something takes goes right, as it does when somebody sets a clock.
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0"));
        return Optional.of(clock);
    }

    private static Optional<Path> library() throws IOException {
        for (Path place : PLACES) {
            if (!Files.isDirectory(place)) {
                continue;
            }
            // Where Debian has it: below the directory of the machine's architecture.
            try (Stream<Path> below = Files.list(place)) {
                Optional<Path> found = Stream.concat(Stream.of(place), below)
                        .map(directory -> directory.resolve(LIBRARY))
                        .filter(Files::isRegularFile)
                        .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Sets it so far ahead of the machine's. Whoever reads it meanwhile finds one or the other. */
    void set(Duration ahead) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, String.format("%+d%n", ahead.toSeconds()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
