package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The directory where migration-service looks for definitions, for commands that bring one of their own. */
public final class Definitions {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private final MigrationClient client;
    private final Path directory;

    public Definitions(MigrationClient client, Path directory) {
        this.client = client;
        this.directory = directory;
    }

    /**
     * Writes the definition unless it is there already, and returns when the service has read it.
     *
     * @throws Failure with the service's own errors when it does not accept the definition
     */
    public void install(String migration, String text) throws IOException {
        install(Map.of(migration, text));
    }

    /** As {@link #install(String, String)}, for several at once: texts by name. */
    public void install(Map<String, String> definitions) throws IOException {
        definitions.keySet().forEach(this::awaitGone);
        for (Map.Entry<String, String> definition : definitions.entrySet()) {
            write(file(definition.getKey()), definition.getValue());
        }
        for (Map.Entry<String, String> definition : definitions.entrySet()) {
            await(definition.getKey(), definition.getValue());
        }
    }

    /** What the service still knows of a file that is gone would be taken for the new one, and then vanish at its next look. */
    private void awaitGone(String migration) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(file(migration)) && find(migration).isPresent()) {
            if (System.nanoTime() > deadline) {
                throw Failure.failed("migration-service knows '" + migration + "' from another file than "
                        + file(migration) + "; take that one away, or use its directory");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void await(String migration, String text) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isKnown(migration, text)) {
            if (System.nanoTime() > deadline) {
                throw Failure.failed("migration-service did not read " + file(migration) + "; its errors: "
                        + client.definitionErrors());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Writes a file that a definition names, unless it is there already. To be called before the definition is installed, which waits for the service. */
    public void attach(String name, String text) throws IOException {
        write(directory.resolve(name), text);
    }

    private static void write(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text);
        }
    }

    /** Takes the definition away again. */
    public void remove(String migration) throws IOException {
        Files.deleteIfExists(file(migration));
    }

    private Path file(String migration) {
        return directory.resolve(migration + ".yaml");
    }

    private boolean isKnown(String migration, String text) {
        return find(migration).isPresent()
                && client.migration(migration).path("definition").asText().equals(text);
    }

    private Optional<JsonNode> find(String migration) {
        for (JsonNode known : client.migrations()) {
            if (known.path("name").asText().equals(migration)) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }
}
