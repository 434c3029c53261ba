package dev.godwit.cli.stack;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** migration-service's own reader of definitions, as a process that ends when it has read: what it says is what the service says, and no code is shared. */
public final class DefinitionReader {
    private static final String MAIN = "dev.godwit.migration.check.DefinitionCheck";
    private static final String HEAP = "256m";

    private final Home home;

    public DefinitionReader(Home home) {
        this.home = home;
    }

    /**
     * What the directory holds: {@code migrations} and {@code errors}.
     *
     * @throws Failure when the reader is not built, or does not answer
     */
    public JsonNode read(Path directory) {
        Path service = home.serviceJar(Component.MIGRATION).getParent();
        List<String> command = JavaCommand.withHeap(HEAP)
                .measured()
                .main(service.resolve("app/*") + ":" + service.resolve("lib/main/*"), MAIN, directory.toAbsolutePath());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw Failure.failed("the reader of definitions failed; is migration-service built? " + service);
            }
            return StateDirectory.JSON.readTree(answer);
        } catch (IOException e) {
            throw Failure.failed("cannot start the reader of definitions: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }
}
