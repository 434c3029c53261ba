package dev.godwit.migration.testing;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.LoadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Definitions from text, by the very loader that reads files. */
public final class TestDefinitions {

    private TestDefinitions() {}

    /** The one definition that the text holds; fails with its errors when there are any. */
    public static Definition of(String yaml) {
        LoadResult result = load(yaml);
        if (!result.errors().isEmpty()) {
            throw new AssertionError(result.errors().toString());
        }
        return result.definitions().get(0);
    }

    /** What a directory with this text as its only file, {@code migration.yaml}, yields. */
    public static LoadResult load(String yaml) {
        try {
            Path directory = Files.createTempDirectory("definitions");
            try {
                Files.writeString(directory.resolve("migration.yaml"), yaml);
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
