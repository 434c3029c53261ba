package dev.godwit.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What processes have used so far, as Linux tells it; zero elsewhere. */
public final class ProcessUse {

    private ProcessUse() {}

    /** Seconds of processor time of the process and of its children that live. */
    public static double processorSeconds(long pid) {
        return Stream.concat(
                        Stream.of(pid),
                        ProcessHandle.of(pid).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .mapToDouble(each ->
                        ProcessStat.of(each).map(ProcessStat::cpuSeconds).orElse(0.0))
                .sum();
    }

    /** The most memory that the process ever held, in MiB. */
    public static long memoryPeak(long pid) {
        return mebibytes(pid, "VmHWM:");
    }

    /** The memory that the process holds now, in MiB. */
    public static long memory(long pid) {
        return mebibytes(pid, "VmRSS:");
    }

    private static long mebibytes(long pid, String field) {
        return status(pid).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .sum();
    }

    private static List<String> status(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
        } catch (IOException gone) {
            return List.of();
        }
    }
}
