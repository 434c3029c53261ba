package dev.godwit.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Linux says of a process.
 *
 * @param state one letter: {@code R}, {@code S}, {@code Z}…
 * @param birth moment of its start in the system's own clock: tells it from a later process with the same number
 * @param cpuSeconds user and system time of all of its threads since its start, in steps of 10 ms
 */
public record ProcessStat(String state, String birth, double cpuSeconds) {

    /** The unit in which Linux tells times to programs, on every machine that Godwit runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Empty when there is no such process, or no {@code /proc}. */
    public static Optional<ProcessStat> of(long pid) {
        try {
            return Optional.of(parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat"))));
        } catch (IOException endedOrNotLinux) {
            return Optional.empty();
        }
    }

    /** False where processes cannot be asked about this way. */
    public static boolean isAvailable() {
        return Files.isDirectory(Path.of("/proc/self"));
    }

    static ProcessStat parse(String text) {
        // The second field is a name in parentheses that may itself hold spaces and parentheses.
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        return new ProcessStat(
                fields[0], fields[19], (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND);
    }
}
