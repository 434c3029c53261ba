package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows only when all files of a directory are known. */
class DefinitionGraphTest {

    private static final String SMALL = "migration: %s\nrekey: {table: t, key: id, to: id + 1}\n";

    @TempDir
    private Path directory;

    @Test
    void shouldPutParentsBeforeChildren() throws IOException {
        write("1.yaml", SMALL.formatted("a") + "depends-on: [c, b]\n");
        write("2.yaml", SMALL.formatted("b") + "depends-on: [d]\n");
        write("3.yaml", SMALL.formatted("c") + "depends-on: [d]\n");
        write("4.yaml", SMALL.formatted("d"));

        assertThat(load().definitions()).extracting(Definition::migration).containsExactly("d", "b", "c", "a");
    }

    @Test
    void shouldNameACycleInFull() throws IOException {
        write("1.yaml", SMALL.formatted("a") + "depends-on: [c]\n");
        write("2.yaml", SMALL.formatted("b") + "depends-on: [a]\n");
        write("3.yaml", SMALL.formatted("c") + "depends-on: [b]\n");
        write("4.yaml", SMALL.formatted("self") + "depends-on: [self]\n");
        write("5.yaml", SMALL.formatted("free"));

        LoadResult result = load();

        assertThat(result.errors())
                .extracting(DefinitionError::file, DefinitionError::line, DefinitionError::column)
                .containsExactly(
                        tuple("1.yaml", 3, 14), tuple("2.yaml", 3, 14), tuple("3.yaml", 3, 14), tuple("4.yaml", 3, 14));
        assertThat(result.errors().get(0).message()).endsWith("a -> c -> b -> a");
        assertThat(result.errors().get(3).message()).endsWith("self -> self");
        assertThat(result.definitions()).extracting(Definition::migration).containsExactly("free");
    }

    @Test
    void shouldRefuseADuplicateNameInBothFiles() throws IOException {
        write("1.yaml", SMALL.formatted("a"));
        write("2.yaml", SMALL.formatted("a"));

        assertThat(load().errors())
                .extracting(DefinitionError::file, DefinitionError::key, error -> error.message()
                        .contains("also defined in"))
                .containsExactly(tuple("1.yaml", "migration", true), tuple("2.yaml", "migration", true));
        assertThat(load().definitions()).isEmpty();
    }

    @Test
    void shouldFollowAChainAsLongAsThereAreFiles() throws IOException {
        int length = 2000;
        for (int i = 0; i < length; i++) {
            write("m" + i + ".yaml", SMALL.formatted("m" + i) + (i == 0 ? "" : "depends-on: [m" + (i - 1) + "]\n"));
        }

        LoadResult result = load();

        assertThat(result.errors()).isEmpty();
        assertThat(result.definitions()).hasSize(length);
        assertThat(result.definitions().get(length - 1).migration()).isEqualTo("m" + (length - 1));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private LoadResult load() {
        return new DefinitionDirectory(directory).load();
    }
}
