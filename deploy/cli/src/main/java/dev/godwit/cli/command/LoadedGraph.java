package dev.godwit.cli.command;

import dev.godwit.cli.Failure;
import dev.godwit.cli.alembic.AlembicGraph;
import dev.godwit.cli.alembic.DatabaseCatalog;
import dev.godwit.cli.alembic.Expectations;
import dev.godwit.cli.alembic.TableName;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.graph.Soundness;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.yaml.YamlMapping;
import dev.godwit.cli.yaml.YamlMapping.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A graph from one of its three sources: migration-service, a directory of definitions, Alembic's versions.
 *
 * @param noun what a node is called
 * @param creators of tables, by the numbers of nodes; only Alembic's files tell
 * @param catalog of the database that was compared with, if any
 */
record LoadedGraph(
        Graph graph,
        List<Finding> findings,
        String noun,
        Map<TableName, List<Integer>> creators,
        Optional<DatabaseCatalog> catalog) {

    private static final String MIGRATION = "migration";

    /** @param client asked for only when neither directory is given */
    static LoadedGraph of(GraphOptions options, Supplier<MigrationClient> client) {
        check(options);
        if (options.alembic() != null) {
            return ofAlembic(options);
        }
        Optional<DatabaseCatalog> catalog = catalog(options);
        List<Node> written = options.migrations() == null
                ? Node.ofMigrations(client.get().migrations())
                : ofDirectory(options.migrations());
        Graph graph = Graph.of(written);
        List<Finding> findings = Soundness.check(written, graph, MIGRATION).stream()
                .sorted(Finding.BY_PLACE)
                .toList();
        return new LoadedGraph(graph, findings, MIGRATION, Map.of(), catalog);
    }

    private static void check(GraphOptions options) {
        if (options.alembic() != null && options.migrations() != null) {
            throw Failure.usage("--alembic and --migrations are two different graphs; give one of them");
        }
        boolean isForAlembic =
                !options.roots().isEmpty() || !options.heads().isEmpty() || options.versionTable() != null;
        if (isForAlembic && options.alembic() == null) {
            throw Failure.usage("--root, --head and --version-table are about Alembic's graph; give --alembic DIR");
        }
        if (options.versionTable() != null && options.databaseUrl() == null) {
            throw Failure.usage("--version-table is looked up in a database; give --database-url");
        }
    }

    private static LoadedGraph ofAlembic(GraphOptions options) {
        Expectations expectations = Expectations.of(options.alembic(), options.roots(), options.heads());
        AlembicGraph read = AlembicGraph.read(options.alembic(), expectations);
        Optional<DatabaseCatalog> catalog = catalog(options);
        AlembicGraph known = catalog.map(read::comparedWith).orElse(read);
        return new LoadedGraph(known.graph(), known.findings(), AlembicGraph.NOUN, known.creators(), catalog);
    }

    private static Optional<DatabaseCatalog> catalog(GraphOptions options) {
        String table = options.versionTable() == null ? DatabaseCatalog.VERSION_TABLE : options.versionTable();
        return Optional.ofNullable(options.databaseUrl())
                .map(url -> DatabaseCatalog.read(DatabaseUrl.parse(url), table));
    }

    private static List<Node> ofDirectory(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.yaml")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw Failure.usage("cannot read the directory " + directory + "; --migrations wants one with definitions");
        }
        return files.stream().sorted().map(LoadedGraph::ofDefinition).toList();
    }

    private static Node ofDefinition(Path file) {
        YamlMapping definition = YamlMapping.read(file);
        String name = definition
                .text(MIGRATION)
                .orElseThrow(() -> definition.wrong(MIGRATION, "a definition begins with its name: migration: NAME"));
        return new Node(
                name,
                definition.text("description").orElse(""),
                definition.texts("depends-on").stream().map(Entry::text).toList(),
                List.of(),
                List.of(),
                Optional.empty(),
                definition.place(MIGRATION),
                definition.place("depends-on"));
    }
}
