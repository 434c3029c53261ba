package dev.godwit.migration.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsTest {

    @TempDir
    Path directory;

    private final AtomicInteger loads = new AtomicInteger();
    private Definitions definitions;

    @BeforeEach
    void create() {
        definitions = new Definitions(directory, path -> {
            loads.incrementAndGet();
            return new DefinitionDirectory(path).load();
        });
    }

    @Test
    void shouldFindWhatTheDirectoryHoldsAtStart() throws IOException {
        write("child", "depends-on: [parent]");
        write("parent", "");

        definitions.load();

        assertThat(definitions.find("child")).isPresent();
        assertThat(definitions.find("nobody")).isEmpty();
        assertThat(definitions.current().definitions())
                .extracting(Definition::migration)
                .containsExactly("parent", "child");
        assertThat(definitions.current().errors()).isEmpty();
    }

    @Test
    void shouldLoadAgainOnlyWhenSomethingChanged() throws IOException {
        write("parent", "");
        definitions.load();

        definitions.poll();
        assertThat(loads).hasValue(1);

        write("other", "description: new");
        definitions.poll();
        assertThat(loads).hasValue(2);
        assertThat(definitions.find("other")).isPresent();
    }

    @Test
    void shouldSeeAChangeOfAFilesContent() throws IOException {
        write("parent", "");
        definitions.load();
        String before = definitions.find("parent").orElseThrow().hash();

        write("parent", "description: changed");
        definitions.poll();

        assertThat(definitions.find("parent").orElseThrow().hash()).isNotEqualTo(before);
    }

    @Test
    void shouldSeeAFileThatWasReplacedByOneOfTheSameSizeAndTime() throws IOException {
        write("parent", "description: one");
        definitions.load();
        FileTime time = Files.getLastModifiedTime(directory.resolve("parent.yaml"));

        Files.move(directory.resolve("parent.yaml"), directory.resolve("parent.old"));
        write("parent", "description: two");
        Files.setLastModifiedTime(directory.resolve("parent.yaml"), time);
        Files.delete(directory.resolve("parent.old"));
        definitions.poll();

        assertThat(definitions.find("parent").orElseThrow().description()).isEqualTo("two");
    }

    @Test
    void shouldKeepTheLastGoodDefinitionOfAFileThatWentBad() throws IOException {
        write("child", "depends-on: [parent]");
        write("parent", "");
        definitions.load();

        write("parent", "nonsense: true");
        definitions.poll();

        assertThat(definitions.find("parent")).isPresent();
        assertThat(definitions.current().errors())
                .anyMatch(error -> error.file().equals("parent.yaml"));
        assertThat(definitions.current().definitions())
                .extracting(Definition::migration)
                .containsExactly("parent", "child");
    }

    @Test
    void shouldForgetADefinitionWhoseFileIsGone() throws IOException {
        write("parent", "");
        write("broken", "nonsense: true");
        definitions.load();

        Files.delete(directory.resolve("parent.yaml"));
        definitions.poll();

        assertThat(definitions.find("parent")).isEmpty();
    }

    @Test
    void shouldRecoverWhenTheMistakeIsMended() throws IOException {
        write("parent", "nonsense: true");
        definitions.load();
        assertThat(definitions.current().errors()).isNotEmpty();

        write("parent", "");
        definitions.poll();

        assertThat(definitions.current().errors()).isEmpty();
        assertThat(definitions.find("parent")).isPresent();
    }

    @Test
    void shouldKeepEverythingWhileTheDirectoryCannotBeRead() throws IOException {
        write("parent", "");
        definitions.load();

        Files.move(directory.resolve("parent.yaml"), directory.resolveSibling(directory.getFileName() + ".away"));
        Files.delete(directory);
        definitions.poll();

        assertThat(definitions.find("parent")).isPresent();
        assertThat(definitions.current().errors()).hasSize(1);
    }

    private void write(String migration, String extra) throws IOException {
        Files.writeString(directory.resolve(migration + ".yaml"), """
                migration: %s
                %s
                rekey:
                  table: public.documents
                  key: id
                  to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', user_id::text)
                  on-duplicate: skip
                """.formatted(migration, extra));
    }
}
