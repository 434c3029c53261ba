package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.RestClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own: exit code and both streams are the real ones. */
public final class GodwitProcess {
    static final Path HOME = Path.of("").toAbsolutePath().getParent().getParent();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** How a command ended, and what it said. */
    public record Result(int code, String out, String err) {
        /** Standard output, read as the one object that it holds with {@code --json}. */
        public JsonNode json() throws IOException {
            return RestClient.JSON.readTree(out);
        }
    }

    private GodwitProcess() {}

    static Result run(Path directory, List<String> arguments) throws IOException, InterruptedException {
        return run(directory, arguments, PATIENCE);
    }

    /** Runs one command line to its end, which must come within {@code patience}. */
    public static Result run(Path directory, List<String> arguments, Duration patience)
            throws IOException, InterruptedException {
        return run(directory, arguments, patience, Map.of());
    }

    /** The same, in an environment that has these variables too. */
    public static Result run(Path directory, List<String> arguments, Duration patience, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.godwit.cli.Godwit"));
        command.addAll(arguments);
        Map<String, String> all = new HashMap<>(environment);
        all.put("GODWIT_HOME", HOME.toString());
        return runToItsEnd(directory, command, patience, all);
    }

    /** Runs a line as somebody types it into a shell. */
    public static Result shell(Path directory, String line, Duration patience, Map<String, String> environment)
            throws IOException, InterruptedException {
        return runToItsEnd(directory, List.of("bash", "-c", line), patience, environment);
    }

    private static Result runToItsEnd(
            Path directory, List<String> command, Duration patience, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("it did not end: " + command);
        }
        return new Result(process.exitValue(), out.join(), err.join());
    }

    private static String read(java.io.InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
