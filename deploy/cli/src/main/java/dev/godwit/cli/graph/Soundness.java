package dev.godwit.cli.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What no graph of migrations may have: two with one id, parents that do not exist, and anything that comes before itself. */
public final class Soundness {
    private final List<Node> written;
    private final Graph graph;
    private final String noun;
    private final List<Finding> findings = new ArrayList<>();

    private Soundness(List<Node> written, Graph graph, String noun) {
        this.written = written;
        this.graph = graph;
        this.noun = noun;
    }

    /**
     * @param written all nodes, also those whose id occurs twice
     * @param noun what a node is called, "migration" or "revision"
     */
    public static List<Finding> check(List<Node> written, Graph graph, String noun) {
        Soundness soundness = new Soundness(written, graph, noun);
        soundness.findDuplicates();
        soundness.findUnknown();
        soundness.findLoops();
        Cycles.of(graph).forEach(soundness::tellKnot);
        return soundness.findings;
    }

    private void findDuplicates() {
        Map<String, Node> first = new HashMap<>();
        for (Node node : written) {
            Node earlier = first.putIfAbsent(node.id(), node);
            if (earlier != null) {
                findings.add(Finding.problem(
                        "duplicate_id",
                        node.id(),
                        node.place(),
                        noun + " " + node.id() + " is defined twice: also at " + earlier.place(),
                        "give one of them an id of its own, and mend the parents that mean it"));
            }
        }
    }

    private void findUnknown() {
        Set<String> labels =
                written.stream().flatMap(node -> node.labels().stream()).collect(Collectors.toSet());
        for (Node node : written) {
            for (String parent : new LinkedHashSet<>(node.parents())) {
                if (graph.find(parent).isEmpty()) {
                    problem(
                            "unknown_parent",
                            node,
                            noun + " " + node.id() + " names the parent '" + parent + "', which does not exist",
                            remedyFor(parent, labels));
                }
            }
            for (String dependency : new LinkedHashSet<>(node.dependencies())) {
                if (graph.resolve(dependency).isEmpty()) {
                    problem(
                            "unknown_dependency",
                            node,
                            noun + " " + node.id() + " depends on '" + dependency + "', which is no " + noun
                                    + " and no branch label",
                            "correct the name, or bring back the file that defines it");
                }
            }
        }
    }

    private String remedyFor(String parent, Set<String> labels) {
        if (parent.isEmpty()) {
            return "a root has no parent: write None, not an empty text";
        }
        if (labels.contains(parent)) {
            return "it is a branch label, and a parent must be an id: name the " + noun
                    + " that the branch has reached";
        }
        return "correct the id, or bring back the file that defines it (another branch of the repository may have it)";
    }

    private void findLoops() {
        for (Node node : written) {
            if (node.parents().contains(node.id()) || node.dependencies().contains(node.id())) {
                problem(
                        "self_loop",
                        node,
                        noun + " " + node.id() + " names itself as its parent",
                        "name the " + noun + " that comes before it, or none");
            }
        }
    }

    private void tellKnot(Cycles.Knot knot) {
        Node first = graph.node(knot.way().get(0));
        String round = knot.way().stream()
                .map(index -> graph.node(index).id())
                .collect(Collectors.joining(" → ", "", " → " + first.id()));
        String places = knot.way().stream()
                .map(index -> graph.node(index).parentsPlace().toString())
                .collect(Collectors.joining(", "));
        problem(
                "cycle",
                first,
                "a cycle of " + knot.way().size() + ": " + round + tangledWith(knot),
                "take one of these edges out, where the wrong parent is named: " + places);
    }

    private String tangledWith(Cycles.Knot knot) {
        Set<Integer> told = new HashSet<>(knot.way());
        String others = knot.members().stream()
                .filter(index -> !told.contains(index))
                .map(index -> graph.node(index).id())
                .collect(Collectors.joining(", "));
        return others.isEmpty() ? "" : "; on further cycles with it: " + others;
    }

    private void problem(String code, Node node, String message, String remedy) {
        findings.add(Finding.problem(code, node.id(), node.parentsPlace(), message, remedy));
    }
}
