package dev.godwit.migration.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsOfRunsIT {

    private static final String TEXT = """
            migration: docs
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}
            """;

    @TempDir
    private Path directory;

    @Test
    void shouldGoOnByTheDefinitionThatTheRunBeganWith() throws IOException {
        Definitions definitions = new Definitions(directory, path -> new DefinitionDirectory(path).load());
        Files.writeString(directory.resolve("docs.yaml"), TEXT);
        definitions.load();
        Engine engine = Engine.on(
                "reload",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text, other text, " + Engine.WIDE + ")",
                "INSERT INTO doc VALUES ('a', 'x', '1'), ('b', 'y', '2')");
        EngineRun run = engine.commit(definitions.find("docs").orElseThrow().text());
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        run.work(Kind.BACKFILL, chunks.subList(0, 1));

        Files.writeString(directory.resolve("docs.yaml"), TEXT.replace("to: wanted", "to: other") + "summary: [new]\n");
        definitions.poll();
        Definition reloaded = definitions.find("docs").orElseThrow();
        run.work(Kind.BACKFILL, chunks.subList(1, 2));
        run.rollback();

        assertThat(reloaded.summary()).containsExactly("new");
        assertThat(run.context().definition().hash())
                .isEqualTo(run.row().definitionHash())
                .isNotEqualTo(reloaded.hash());
        assertThat(run.story())
                .contains("a -> x migrated null", "b -> y migrated null")
                .noneMatch(line -> line.contains("-> 1") || line.contains("-> 2"));
    }
}
