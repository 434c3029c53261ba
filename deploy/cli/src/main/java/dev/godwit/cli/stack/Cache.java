package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What every stack of this user shares: unpacked binaries and the ledger of ports. Losing it costs a few seconds and nothing else. */
final class Cache {
    private Cache() {}

    /** The first of $XDG_CACHE_HOME/godwit, ~/.cache/godwit and a directory of the user's in the system's temporary directory that can be written. */
    static Path directory() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path home = Path.of(System.getProperty("user.home", "/nonexistent"), ".cache");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "godwit-" + System.getProperty("user.name"));
        for (Path base : List.of(
                xdg == null || xdg.isBlank() ? home.resolve("godwit") : Path.of(xdg, "godwit"),
                home.resolve("godwit"),
                temporary)) {
            if (canBeWritten(base)) {
                return base.toAbsolutePath();
            }
        }
        throw Failure.failed("neither " + home + " nor " + temporary + " can be written; set XDG_CACHE_HOME");
    }

    private static boolean canBeWritten(Path directory) {
        try {
            Files.createDirectories(directory);
            return Files.isWritable(directory);
        } catch (IOException unusable) {
            return false;
        }
    }
}
