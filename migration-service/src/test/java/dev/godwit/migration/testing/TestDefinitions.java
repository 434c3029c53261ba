package dev.godwit.migration.testing;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.LoadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Definitions from text, by the very loader that reads files. */
public final class TestDefinitions {

    private TestDefinitions() {}

    /** The one definition that the text holds; fails with its errors when there are any. */
    public static Definition of(String yaml) {
        return of(yaml, Map.of());
    }

    /** The same with further files beside it, by name. */
    public static Definition of(String yaml, Map<String, String> files) {
        LoadResult result = load(yaml, files);
        if (!result.errors().isEmpty()) {
            throw new AssertionError(result.errors().toString());
        }
        return result.definitions().stream()
                .filter(definition -> definition.file().endsWith("migration.yaml"))
                .findFirst()
                .orElseThrow();
    }

    /** What a directory with this text as its only file, {@code migration.yaml}, yields. */
    public static LoadResult load(String yaml) {
        return load(yaml, Map.of());
    }

    /** The same with further files beside it, by name. */
    public static LoadResult load(String yaml, Map<String, String> files) {
        try {
            Path directory = Files.createTempDirectory("definitions");
            try {
                Files.writeString(directory.resolve("migration.yaml"), yaml);
                for (Map.Entry<String, String> file : files.entrySet()) {
                    Files.writeString(directory.resolve(file.getKey()), file.getValue());
                }
                return new DefinitionDirectory(directory).load();
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
