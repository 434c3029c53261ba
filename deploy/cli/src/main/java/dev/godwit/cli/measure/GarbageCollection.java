package dev.godwit.cli.measure;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Asks another JVM to collect all of its garbage. */
public final class GarbageCollection {

    private static final int PATIENCE_SECONDS = 60;

    private GarbageCollection() {}

    /**
     * Collects all garbage of that process and returns when it is done.
     *
     * @return false when it cannot be asked: it is no JVM, or one without a JDK, whose {@code jcmd} it takes
     */
    public static boolean of(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .map(Path::of)
                .filter(command -> command.endsWith("java"))
                .map(java -> java.resolveSibling("jcmd"))
                .filter(Files::isExecutable)
                .map(jcmd -> isDone(jcmd, pid))
                .orElse(false);
    }

    private static boolean isDone(Path jcmd, long pid) {
        try {
            Process asking = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
            if (asking.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return asking.exitValue() == 0;
            }
            asking.destroyForcibly();
            return false;
        } catch (IOException unaskable) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
