package dev.godwit.cli.alembic;

import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.graph.Soundness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An Alembic versions directory as a graph, with everything that was found wrong or worth a note. Immutable.
 *
 * @param operations what each revision does to tables, by the node's number
 * @param findings in the order of {@link Finding#BY_PLACE}
 */
public record AlembicGraph(Graph graph, List<List<TableOperation>> operations, List<Finding> findings) {
    /** What a node is called. */
    public static final String NOUN = "revision";

    /** Reads and checks a versions directory. */
    public static AlembicGraph read(Path directory, Expectations expectations) {
        VersionsDirectory versions = VersionsDirectory.read(directory);
        List<VersionFile> files = versions.files();
        List<Node> written = files.stream().map(VersionFile::node).toList();
        Graph graph = Graph.of(written);
        Map<String, List<TableOperation>> byId = new HashMap<>();
        files.forEach(file -> byId.put(file.id(), file.operations()));
        List<List<TableOperation>> operations =
                graph.nodes().stream().map(node -> byId.get(node.id())).toList();
        List<Finding> findings = new ArrayList<>(versions.findings());
        findings.addAll(Soundness.check(written, graph, NOUN));
        findings.addAll(AlembicLint.check(graph, files, expectations));
        findings.addAll(TableOrder.check(graph, operations));
        return new AlembicGraph(graph, operations, sorted(findings));
    }

    /** The same graph with the states that the database knows, and what differs from it. */
    public AlembicGraph comparedWith(DatabaseCatalog catalog) {
        DatabaseComparison comparison = new DatabaseComparison(graph, operations, catalog);
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(comparison.check());
        return new AlembicGraph(graph.withStates(comparison::stateOf), operations, sorted(all));
    }

    /** Tables by name, with the numbers of the revisions that create them or rename another table to them. */
    public Map<TableName, List<Integer>> creators() {
        Map<TableName, List<Integer>> creators = new LinkedHashMap<>();
        for (int i = 0; i < operations.size(); i++) {
            for (TableOperation operation : operations.get(i)) {
                int index = i;
                operation.made().ifPresent(made -> creators.computeIfAbsent(made, name -> new ArrayList<>())
                        .add(index));
            }
        }
        return Collections.unmodifiableMap(creators);
    }

    private static List<Finding> sorted(List<Finding> findings) {
        return findings.stream().sorted(Finding.BY_PLACE).toList();
    }
}
