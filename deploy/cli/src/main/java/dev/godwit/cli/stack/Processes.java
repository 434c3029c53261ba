package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import dev.godwit.cli.measure.ProcessStat;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The processes of one stack. They outlive the command that started them; files of process ids find them again. */
final class Processes {
    private static final int TAIL_LINES = 12;

    private final StateDirectory state;

    Processes(StateDirectory state) {
        this.state = state;
    }

    /**
     * What is written down of a process.
     *
     * @param birth moment of its start in the system's own clock: tells it from a later process with the same number
     */
    record Recorded(String name, long pid, String birth, String fingerprint) {
        boolean isAlive() {
            return !birth.isEmpty() && birth.equals(birthOf(pid));
        }
    }

    /** The process of that name, when it is alive. */
    Optional<Recorded> running(String name) {
        return StateDirectory.read(state.pid(name), Recorded.class).filter(Recorded::isAlive);
    }

    /** Every process that was ever started here and not taken down, alive or not. */
    Map<String, Recorded> recorded() {
        Map<String, Recorded> all = new TreeMap<>();
        File[] files = state.root().resolve("pids").toFile().listFiles((directory, file) -> file.endsWith(".json"));
        for (File file : files == null ? new File[0] : files) {
            StateDirectory.read(file.toPath(), Recorded.class)
                    .ifPresent(recorded -> all.put(recorded.name(), recorded));
        }
        return all;
    }

    /** Starts a process in a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it. */
    Recorded spawn(Launch launch) {
        List<String> command = new ArrayList<>();
        if (hasSetsid()) {
            command.add("setsid");
        }
        command.addAll(launch.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(state.root().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        builder.environment().putAll(launch.environment());
        try {
            long pid = builder.start().pid();
            Recorded recorded = new Recorded(launch.name(), pid, birthOf(pid), launch.fingerprint());
            StateDirectory.writePrivately(state.pid(launch.name()), recorded);
            return recorded;
        } catch (IOException e) {
            throw Failure.failed("cannot start " + launch.name() + ": " + e.getMessage(), e);
        }
    }

    /** Asks a process to end, waits, and kills it when it does not. Does nothing when it is not alive. */
    void stop(String name, String signal, Duration patience) {
        Optional<Recorded> process = running(name);
        process.ifPresent(running -> {
            signal(running.pid(), signal);
            if (!awaitEnd(running, patience)) {
                signal(running.pid(), "KILL");
                if (!awaitEnd(running, Duration.ofSeconds(10))) {
                    throw Failure.failed(name + " (process " + running.pid() + ") does not end, even when killed");
                }
            }
        });
        forget(name);
    }

    void forget(String name) {
        try {
            Files.deleteIfExists(state.pid(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal by name ({@code KILL}, {@code INT}…). An ended process is not an error. */
    static void signal(long pid, String signal) {
        if (signal.equals("KILL")) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            return;
        }
        run(List.of("kill", "-" + signal, Long.toString(pid)));
    }

    static boolean awaitEnd(Recorded process, Duration patience) {
        return Wait.until(patience, () -> !process.isAlive());
    }

    /** Runs a short command to its end and tells its exit code; 127 when there is no such command. */
    static int run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return 124;
            }
            return process.exitValue();
        } catch (IOException missing) {
            return 127;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /** The last lines of a log, indented, for a message. */
    static String tail(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return String.join("\n    ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(" + log + " cannot be read)";
        }
    }

    /** Empty when there is no such process, or when it has ended and merely waits for its parent to notice. */
    static String birthOf(long pid) {
        if (ProcessStat.isAvailable()) {
            return ProcessStat.of(pid)
                    .filter(stat -> !stat.state().equals("Z") && !stat.state().equals("X"))
                    .map(ProcessStat::birth)
                    .orElse("");
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(Object::toString)
                .orElse("");
    }

    private static boolean hasSetsid() {
        return Files.isExecutable(Path.of("/usr/bin/setsid")) || Files.isExecutable(Path.of("/bin/setsid"));
    }
}
